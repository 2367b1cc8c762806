#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "search/guided/assessor.hpp"
#include "search/guided/batch_spacing.hpp"
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
/// that add most to the hypervolume. GuidanceOptions::batch_diversity keeps a batch apart in other
/// ways. With the acquisition thompson each of a batch is the best by a draw of its own, a member
/// of the predictor where that has members.
///
/// What was asked for and is still under way counts as evaluated with the values that are believed
/// of it: for one objective where a predictor can learn at once (the Kriging believer: Ginsbourger
/// et al., 2010), for several as a part of the front. What is asked for before so many were told as
/// there are first architectures is random.
///
/// With GuidanceOptions::screening a batch is chosen on rungs, the first architectures too
/// (successive halving: Jamieson and Talwalkar, "Non-stochastic best arm identification and
/// hyperparameter optimization", AISTATS 2016; Li et al., "Hyperband", JMLR 18, 2018). An ask is of
/// one rung: first so many times the batch is asked for by the cheapest metric, chosen as above;
/// once that is told and learnt from, the best of those that wait are asked for by the next one,
/// and so on up to full evaluations. Those that wait are what the metric before has told of and no
/// other ask has taken since, also in earlier batches: what was left behind is still there when
/// more is known. Where there are many of one evaluation they are chosen that many at a time.
class PredictorGuided final : public Algorithm {
 public:
  /// Throws SearchError where `guidance` lacks what makes predictors and for screenings that do not
  /// fit the problem, and PredictorError.
  PredictorGuided(const AlgorithmOptions& options, spaces::AnySpace space, Problem problem,
                  const Guidance& guidance);

  std::size_t batch_size() const override;
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<std::uint32_t> rungs() const override { return rungs_; }
  std::vector<Forecast> forecasts() const override { return forecasts_; }
  std::vector<Origin> origins() const override { return origins_; }
  GeneImportances gene_importance() const override {
    return assessor_.gene_importance(novelty_.space());
  }
  PredictedFront predicted_front() const override;
  LearningTime learning_time() const override { return time_; }
  void watch_fits(const FitWatch& watch) override { watch_ = watch; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// An architecture that has been screened and may be asked for on the next rung.
  struct Waiting {
    spaces::Genotype genotype;
    Origin origin;
  };

  /// Architectures that were not asked for, by any metric.
  std::vector<spaces::Genotype> propose(std::size_t count);
  std::vector<spaces::Genotype> ask_on_rungs(std::size_t count);
  /// The best of those that wait for a stage, up to `count`.
  std::vector<spaces::Genotype> promote(std::size_t stage, std::size_t count);
  /// How many architectures a stage has for each full evaluation: the last one has one.
  std::size_t for_each_at(std::size_t stage) const;
  /// The next of the initial design, its origin noted.
  std::optional<spaces::Genotype> begin();
  /// Whether the architecture of that number, of all that are asked for, is one of the survey's.
  bool surveys(std::size_t number) const;
  /// A random architecture; one that keeps the known limits where some draws find one. Those that
  /// do not are put off.
  std::optional<spaces::Genotype> draw();
  void learn();
  void imagine(std::span<const spaces::Genotype> chosen);
  std::vector<GuidedCandidate> assess(std::span<const spaces::Genotype> block);
  /// Whether what is chosen can be taken for evaluated at once.
  bool can_imagine() const;
  /// Positions of the candidates worth asking for at a stage, the best first.
  std::vector<std::size_t> choose(std::span<const GuidedCandidate> candidates, std::size_t count,
                                  std::size_t stage);
  /// The same where there are several objectives.
  std::vector<std::size_t> choose_front(std::span<const GuidedCandidate> candidates,
                                        std::size_t count);
  /// How far those of a batch are to be apart, from each other and from what is under way.
  BatchSpacing spacing(std::span<const GuidedCandidate> candidates) const;

  AlgorithmOptions options_;
  Novelty novelty_;
  std::size_t batch_;
  Assessor assessor_;
  KnownMetrics size_;  ///< what the initial design is spread over where no metric is known
  std::vector<Forecast> forecasts_;        ///< of the last ask
  std::vector<Origin> origins_;            ///< of the last ask
  std::vector<std::uint32_t> rungs_;       ///< of the last ask
  std::vector<Individual> evaluated_;      ///< that have not failed
  std::vector<spaces::Genotype> pending_;  ///< asked for by no screening, and not told of
  std::vector<spaces::Genotype> first_;    ///< what is left of the initial design
  std::deque<spaces::Genotype>
      beyond_limits_;  ///< drawn and put off, for when nothing else is left
  /// Stages of a batch are a screening each, and then the full evaluation. Of each stage but the
  /// last those that it has told of, in the order of that.
  std::vector<std::vector<Waiting>> waiting_;
  std::size_t stage_ = 0;                    ///< of the next ask
  std::vector<GuidedCandidate> candidates_;  ///< that were bred since the last fit
  PredictedFront predicted_;                 ///< by the fit before, where that bred none
  LearningTime time_;
  FitWatch watch_;
  bool has_begun_ = false;
  std::size_t to_survey_;     ///< left of GuidanceOptions::survey
  std::size_t proposed_ = 0;  ///< architectures asked for the first time
  std::size_t asked_ = 0;     ///< full evaluations asked for
  std::uint64_t generation_ = 0;
};

}  // namespace evonas::search
