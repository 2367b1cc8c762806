#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictor/ensemble.hpp"
#include "search/algorithm.hpp"
#include "search/guided/belief.hpp"
#include "search/guided/front_gain.hpp"
#include "search/guided/guidance.hpp"
#include "search/guided/guided_candidate.hpp"
#include "search/guided/known_metrics.hpp"

namespace evonas::search {

/// Says what candidates are worth by what is known and believed of the metrics of a problem: those
/// that cost next to nothing are asked of their sources, of each of the others there is a Belief,
/// each with a predictor of its own or, with GuidanceOptions::heads, all with a joint one.
/// To be used from one thread; its work is done on the threads of the arena that the caller is in.
class Assessor {
 public:
  /// Throws SearchError where `guidance` lacks what makes predictors, and for named predictors and
  /// screenings that do not fit the problem, and PredictorError.
  Assessor(const AlgorithmOptions& options, const spaces::AnySpace& space, Problem problem,
           const Guidance& guidance);

  const Problem& problem() const { return problem_; }
  /// The metrics of the problem that are not predicted.
  KnownMetrics& known() { return known_; }

  /// Whether no limit on a known metric is broken, and no such metric missing.
  bool keeps_known_limits(const spaces::Genotype& genotype, const Key& identity);

  /// Adds an evaluation that has not failed to what beliefs are learnt from.
  void add(const Individual& evaluated);
  /// Adds what the `rung`-th metric of GuidanceOptions::screening, from 0, says of an architecture.
  void add_screened(const spaces::Genotype& genotype, std::size_t rung, double value);

  /// Whether there are labels enough for learn().
  bool can_learn() const;
  /// Fits the beliefs to all that was added. Until the next call the best feasible values of
  /// `evaluated` are those to be improved on, and `generation` names the random numbers (thompson).
  /// Throws PredictorError.
  void learn(std::span<const Individual> evaluated, std::uint64_t generation);

  /// Whether imagine() takes milliseconds.
  bool imagines() const;
  /// Until the next learn(): takes architectures for evaluated (Belief::imagine). After learn().
  void imagine(std::span<const spaces::Genotype> genotypes);

  /// Whether the choices of a batch are to be by members of predictors: drawn() of each says more
  /// than its merit. After learn().
  bool draws_by_members() const;
  /// The objectives of a candidate, to be minimised and in the units of the metrics, as a choice of
  /// a batch draws them (the `pick`-th, from 0): of a predictor with members (predictor::Ensemble)
  /// the value that one member expects, the same one for all candidates of that choice; of others a
  /// draw of the candidate's own from its mean and deviation. With acquisitions that go by draws.
  /// After learn().
  std::vector<double> drawn(const GuidedCandidate& candidate, std::size_t pick) const;
  /// The options that a FrontGain goes by: those of the search, but that weighed limits go with the
  /// hypervolume that is expected.
  const GuidanceOptions& for_front() const { return for_front_; }

  /// A candidate for each architecture of a block, in its order. Limits on predicted metrics count
  /// as GuidanceOptions::feasibility says; where they do not weigh a merit, the violation has those
  /// that are likelier broken than not, the more the unlikelier it is that they hold. With several
  /// objectives and the acquisition expected_hypervolume, or weighed limits, the first merit is
  /// minus the logarithm of what is expected to be added to the front of the evaluated, times the
  /// probability that those limits hold, and known objectives stand beside it. `identities` are
  /// those of the block (Novelty::identity). After learn().
  std::vector<GuidedCandidate> assess(std::span<const spaces::Genotype> block,
                                      std::span<const Key> identities);

  /// What is expected of the metrics that are predicted and have a value already: the value, and
  /// the interval that holds it nine times in ten by what was believed when the candidate was
  /// assessed. Before the next learn().
  Forecast forecast_of(const GuidedCandidate& candidate) const;

  /// What the genes matter to each metric that is predicted; nothing before the first learn().
  GeneImportances gene_importance(const spaces::AnySpace& space) const;

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
  /// What is expected of a candidate in one objective, minimised.
  struct Prospect {
    predictor::Prediction score;    ///< in the scale of the predictor; a known value as it is
    double best = 0.0;              ///< the best feasible one in the same scale, or infinite
    predictor::Prediction outlook;  ///< in the unit of the metric
  };

  /// Makes the joint predictor, where heads are shared and several metrics are predicted.
  void share_heads(const Guidance& guidance);
  /// What GuidanceOptions::predictor names for a metric that is predicted.
  const std::string& predictor_of(const std::string& metric) const;
  /// Throws where that names one for a metric that is not predicted.
  void expect_predicted() const;
  Origin origin_of(const std::string& metric, const Labelled& labels, const Guidance& guidance);
  /// Notes which belief each screening is of.
  void expect_screenings();
  /// Fills in what follows from the values that are known of the candidate, and from its beliefs.
  void judge(GuidedCandidate& candidate, std::span<const evaluation::Measurement> known) const;
  Prospect prospect(std::size_t objective, const GuidedCandidate& candidate,
                    std::span<const evaluation::Measurement> known) const;
  /// Minus the logarithm of what is expected to be gained on the best feasible value, times the
  /// probability that the predicted limits hold; before any is feasible, of that probability.
  double weighed_merit(const Prospect& prospect,
                       std::span<const predictor::Prediction> believed) const;
  /// The logarithm of the probability that the predicted limits hold, times what has the logarithm
  /// `log_weighed`.
  double log_feasible(std::span<const predictor::Prediction> believed,
                      double log_weighed = 0.0) const;
  /// Of a candidate with several objectives: what it adds to the front as its merit, where that is
  /// asked for.
  void weigh_for_front(GuidedCandidate& candidate) const;
  /// By belief, where any has members and they are drawn; none of those without.
  std::vector<predictor::MemberMeans> predict_members(
      std::span<const spaces::Genotype> block) const;
  /// A member of a belief's predictor, drawn by its share; none where it has none, or none is
  /// drawn.
  std::optional<std::size_t> member_of(std::size_t belief, std::string_view purpose,
                                       std::uint32_t slot) const;
  double known_violation(std::span<const evaluation::Measurement> known) const;
  double believed_violation(std::span<const predictor::Prediction> believed) const;
  /// Of the probability that a limit on a predicted metric holds.
  double log_probability_of(std::size_t limit,
                            std::span<const predictor::Prediction> believed) const;

  GuidanceOptions options_;
  std::uint64_t seed_;
  Problem problem_;
  KnownMetrics known_;
  std::shared_ptr<predictor::JointPredictor> joint_;  ///< of all beliefs, or none
  std::vector<Belief> beliefs_;
  std::vector<Labelled> labelled_;     ///< by belief
  std::vector<Origin> objectives_;     ///< of the problem's objectives
  std::vector<Origin> limits_;         ///< of its limits
  std::vector<std::size_t> screened_;  ///< by rung: the belief that its metric tells about
  bool weighs_limits_ = false;
  GuidanceOptions for_front_;
  std::optional<FrontGain> front_;           ///< where merits are what is added to it
  std::vector<std::vector<double>> shares_;  ///< by belief, of members that are drawn; or none
  std::vector<double> best_;  ///< of each objective, minimised; infinite where there is none
  std::uint64_t generation_ = 0;
};

}  // namespace evonas::search
