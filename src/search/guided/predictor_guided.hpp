#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "search/guided/acquisition.hpp"
#include "search/guided/belief.hpp"
#include "search/guided/guidance.hpp"
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
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// Where the value of a metric comes from: a known one's number, or a belief's.
  struct Origin {
    bool is_known = false;
    std::size_t number = 0;
  };
  /// Where a belief finds its labels: an objective's number, or a limit's.
  struct Labelled {
    bool is_objective = false;
    std::size_t number = 0;
  };
  /// An architecture that might be asked for.
  struct Candidate {
    Individual individual;  ///< its objectives are merits, its key is its identity
    Outlook outlook;        ///< of several objectives, in the metrics' units
    std::vector<predictor::Prediction> believed;  ///< by belief
  };
  /// Violation, merit and position of a candidate: the lowest is the best.
  using Rank = std::tuple<double, double, std::size_t>;

  Origin origin_of(const std::string& metric, const Labelled& labels, const Guidance& guidance);
  std::optional<spaces::Genotype> begin();
  void draw_first();
  void learn();
  std::vector<Candidate> consider();
  std::vector<Candidate> assess(std::span<const spaces::Genotype> block);
  double violation(std::span<const double> known,
                   const std::vector<std::vector<predictor::Prediction>>& beliefs,
                   std::size_t i) const;
  Forecast forecast_of(const Candidate& candidate) const;
  /// Positions of the candidates worth asking for, the best first.
  std::vector<std::size_t> choose(std::span<const Candidate> candidates, std::size_t count);
  static Rank rank_of(const Candidate& candidate, std::size_t position);
  /// Ranks the open candidates anew, as if the chosen one had been evaluated.
  void imagine_chosen(std::span<const Candidate> candidates, std::size_t chosen,
                      std::span<Rank> open);
  std::vector<std::size_t> choose_one_objective(std::span<const Candidate> candidates,
                                                std::size_t count);
  std::vector<std::size_t> choose_front(std::span<const Candidate> candidates,
                                        std::size_t count) const;

  AlgorithmOptions options_;
  Problem problem_;
  Novelty novelty_;
  std::size_t batch_;
  KnownMetrics known_;
  KnownMetrics size_;  ///< what the initial design is spread over where no objective is known
  std::vector<Belief> beliefs_;
  std::vector<Labelled> labelled_;       ///< by belief
  std::vector<Origin> objectives_;       ///< of the problem's objectives
  std::vector<Origin> limits_;           ///< of its limits
  std::vector<Forecast> forecasts_;      ///< of the last ask
  std::vector<Individual> evaluated_;    ///< that have not failed
  std::vector<spaces::Genotype> first_;  ///< the initial design, last first
  bool has_begun_ = false;
  std::size_t asked_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace evonas::search
