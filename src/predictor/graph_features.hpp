#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/gene_choices.hpp"
#include "predictor/graph_statistics.hpp"
#include "predictor/network_statics.hpp"
#include "predictor/vocabulary.hpp"

namespace evonas::predictor {

/// The statistics of graphs (see graph_statistics.hpp) in which the architectures of a space
/// differ, each with mean 0 and deviation 1 over random architectures; the first 1,000 of them
/// where there are more. After them the choices of genes at fixed places (gene_choices.hpp), which
/// statistics do not tell apart, and, where they are asked for, static features of the whole
/// networks (network_statics.hpp), on the same terms. No labels are needed for it. Immutable; safe
/// from many threads.
class GraphFeatures {
 public:
  /// `statics` is what networks read whose static features are among them. Throws PredictorError
  /// where the architectures do not differ, and with `statics` as NetworkStatics::of() does.
  explicit GraphFeatures(ArchitectureView view,
                         const std::optional<spaces::NetworkInput>& statics = {});

  std::size_t size() const { return kept_.size(); }
  /// What they are computed from.
  const ArchitectureView& view() const { return view_; }
  /// The operations of the space.
  const Vocabulary& vocabulary() const { return vocabulary_; }
  /// The same for features of the same operations and statistics, and statics for the same input,
  /// alone.
  const Key& key() const { return key_; }
  /// What each feature is; see GraphStatistics, GeneChoices and NetworkStatics.
  std::vector<std::string> names() const;

  /// The features of a block, size() numbers an architecture, on the threads of the arena that the
  /// caller is in. Isomorphic cells have the same features, up to rounding, apart
  /// from statics: cells that a space takes for the same can have networks that cost differently.
  /// With statics throws as NetworkStatics::of() does.
  std::vector<double> compute(std::span<const spaces::Genotype> block) const;

 private:
  /// A statistic that is kept, choices and statics counting on after those of graphs, and what it
  /// is over random architectures.
  struct Kept {
    std::size_t statistic = 0;
    double mean = 0.0;
    double deviation = 1.0;
  };
  /// Computes the statistics of each architecture, chunks of them beside each other, and hands them
  /// over with its number.
  void for_each(
      std::span<const spaces::Genotype> block,
      const std::function<void(std::size_t i, std::span<const double> statistics)>& use) const;

  ArchitectureView view_;
  Vocabulary vocabulary_;
  GeneChoices choices_;
  std::shared_ptr<const NetworkStatics> statics_;  // null where there are none
  std::vector<Kept> kept_;
  Key key_;
};

/// Throws PredictorError unless `key`, from the state of a fitted predictor, is that of what the
/// predictor at hand reads: it was fitted in another space, or by another evonas.
void check_same_space(const nlohmann::json& key, const Key& expected);

}  // namespace evonas::predictor
