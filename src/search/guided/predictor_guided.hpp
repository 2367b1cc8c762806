#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "search/guided/assessor.hpp"
#include "search/guided/guidance.hpp"
#include "search/guided/guided_candidate.hpp"
#include "search/guided/known_metrics.hpp"
#include "search/novelty.hpp"

namespace evonas::search {

/// Evolution inside a predictor (options: GuidanceOptions). After some first architectures the
/// predictor is fitted to all labels; NSGA-II breeds thousands of candidates, whose objectives are
/// what the predictor makes of them by the acquisition, and exact where a metric is known; the best
/// of these are asked for. Candidates that break a limit stand behind those that do not; a limit on
/// a predicted metric is broken where that is likelier than not.
///
/// With one objective the best by acquisition are asked for, one after the other: where a predictor
/// can learn at once, each as if those before it had been evaluated. With several objectives those
/// that add most to the hypervolume.
class PredictorGuided final : public Algorithm {
 public:
  /// Throws SearchError where `guidance` lacks what makes predictors, and PredictorError.
  PredictorGuided(const AlgorithmOptions& options, spaces::AnySpace space, Problem problem,
                  const Guidance& guidance);

  std::size_t batch_size() const override;
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Forecast> forecasts() const override { return forecasts_; }
  std::vector<Origin> origins() const override { return origins_; }
  GeneImportances gene_importance() const override {
    return assessor_.gene_importance(novelty_.space());
  }
  LearningTime learning_time() const override { return time_; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// The next of the initial design, its origin noted.
  std::optional<spaces::Genotype> begin();
  void learn();
  void imagine(const spaces::Genotype& chosen);
  std::vector<GuidedCandidate> assess(std::span<const spaces::Genotype> block);
  /// Positions of the candidates worth asking for, the best first.
  std::vector<std::size_t> choose(std::span<const GuidedCandidate> candidates, std::size_t count);

  AlgorithmOptions options_;
  Novelty novelty_;
  std::size_t batch_;
  Assessor assessor_;
  KnownMetrics size_;  ///< what the initial design is spread over where no metric is known
  std::vector<Forecast> forecasts_;      ///< of the last ask
  std::vector<Origin> origins_;          ///< of the last ask
  std::vector<Individual> evaluated_;    ///< that have not failed
  std::vector<spaces::Genotype> first_;  ///< what is left of the initial design
  LearningTime time_;
  bool has_begun_ = false;
  std::size_t asked_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace evonas::search
