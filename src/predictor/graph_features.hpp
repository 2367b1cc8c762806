#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/encoding.hpp"
#include "predictor/graph_statistics.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// The statistics of the cells of one space in which its architectures differ, each with mean 0 and
/// deviation 1 over random architectures. No labels are needed for it. Immutable; safe from many
/// threads.
class GraphFeatures {
 public:
  /// Throws PredictorError where the architectures do not differ.
  explicit GraphFeatures(spaces::AnySpace space);

  std::size_t size() const { return kept_.size(); }
  /// The operations of the space.
  const Vocabulary& vocabulary() const { return vocabulary_; }
  /// The same for features of the same operations and statistics alone.
  const Key& key() const { return key_; }
  /// What each feature is; see GraphStatistics.
  std::vector<std::string> names() const;

  /// The features of a block, size() numbers an architecture, on the threads of the arena that the
  /// caller is in. Isomorphic cells have the same features, up to rounding.
  std::vector<double> compute(std::span<const spaces::Genotype> block) const;

 private:
  /// A statistic that is kept, and what it is over random architectures.
  struct Kept {
    std::size_t statistic = 0;
    double mean = 0.0;
    double deviation = 1.0;
  };
  std::vector<double> statistics(std::span<const spaces::Genotype> block) const;

  spaces::AnySpace space_;
  Vocabulary vocabulary_;
  std::vector<Kept> kept_;
  Key key_;
};

/// Throws PredictorError unless `key`, from the state of a fitted predictor, is that of what the
/// predictor at hand reads: it was fitted in another space, or by another evonas.
void check_same_space(const nlohmann::json& key, const Key& expected);

}  // namespace evonas::predictor
