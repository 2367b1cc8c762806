#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"
#include "search/guided/guidance.hpp"

namespace evonas::search {

/// What is believed of a metric whose values are paid for: a predictor, fitted to all values so
/// far. Beliefs are in the scale of rank-normal scores of these values, in which one deviation
/// means as much among the best as among the rest.
class Belief {
 public:
  /// `options` say when the predictor is fitted from scratch.
  Belief(std::string metric, std::unique_ptr<predictor::Predictor> predictor,
         const GuidanceOptions& options);

  const std::string& metric() const { return metric_; }
  std::size_t labels() const { return values_.size(); }

  void add(const spaces::Genotype& genotype, double value);

  /// Refreshes the predictor with what was added since the last call, or fits it from scratch where
  /// GuidanceOptions::refit and tau_drop ask for that. There is at least one label. Throws
  /// predictor::PredictorError.
  void learn(std::uint64_t seed);

  /// Whether imagine() takes milliseconds.
  bool imagines() const { return predictor_->refreshes_at_once(); }
  /// Until the next learn(): takes an architecture for evaluated, with the value that is believed
  /// of it, so that less is expected of what resembles it (Ginsbourger et al., "Kriging is
  /// well-suited to parallelize optimization", 2010). After learn().
  void imagine(const spaces::Genotype& genotype);

  /// The belief in each of a block, as scores. After learn().
  std::vector<predictor::Prediction> predict(std::span<const spaces::Genotype> block) const;

  /// What each gene matters to the belief, among all that was added (permutation_importance());
  /// none before the first learn().
  std::vector<double> gene_importance(const spaces::AnySpace& space, std::uint64_t seed) const;

  double score(double value) const { return scale_->score(value); }
  double value(double score) const { return scale_->value(score); }

 private:
  /// Compares what is new with what was believed of it; whether the beliefs of late order
  /// architectures that much worse than those before.
  bool loses_touch();

  std::string metric_;
  std::unique_ptr<predictor::Predictor> predictor_;
  double refit_;
  double tau_drop_;
  std::vector<predictor::Label> values_;
  std::vector<predictor::Label>
      labels_;              ///< those learnt, with scores as values; then the imagined
  std::size_t known_ = 0;   ///< labels that the predictor has learnt
  std::size_t fitted_ = 0;  ///< labels of its last fit from scratch
  std::optional<predictor::RankNormal> scale_;
  std::vector<double> believed_;    ///< of each value since the first fit, before it was known
  std::optional<double> best_tau_;  ///< of forecasts in a row since the last fit from scratch
};

}  // namespace evonas::search
