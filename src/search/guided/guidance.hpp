#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "evaluation/evaluator.hpp"
#include "predictor/joint_predictor.hpp"
#include "predictor/latent_policy.hpp"
#include "predictor/predictor.hpp"
#include "predictor/predictor_list.hpp"
#include "search/guided/screening.hpp"

namespace evonas::search {

/// How a predictor guides a search.
struct GuidanceOptions {
  OneOrNamed<std::string> predictor{.one = "gp"};
  std::string pretrained;
  std::string heads = "separate";
  std::int64_t initial = 5;
  std::string initial_spread = "first";
  std::int64_t survey = -1;
  std::string acquisition = "upper_bound";
  double deviations = 0.5;
  std::string feasibility = "weighed";
  std::int64_t candidates = 10000;
  std::int64_t population = 200;
  std::int64_t islands = 1;
  std::int64_t migration = 5;
  std::string batch_diversity = "imagined";
  std::int64_t batch_distance = 2;
  double exploration = 0.0;
  double refit = 1.5;
  double tau_drop = 0.3;
  std::vector<ScreeningOptions> screening;
  std::int64_t halving = 3;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("predictor", predictor,
          "what predicts the metrics that evaluations are paid for: one for all, or by metric "
          "({accuracy: evonas, latency_ms: gp})",
          one_of(predictor::predictor_names()));
    visit("pretrained", pretrained,
          "what it starts from, as 'evonas predictor pretrain' wrote it (see `evonas predictor fit "
          "--pretrained`)",
          file_path());
    visit("heads", heads,
          "how several metrics are predicted: separate, each by a predictor of its own; shared, "
          "together, by the same networks with a head for each, which learn from the labels of all "
          "and take about as long as those of one metric (evonas, mixture, networks)",
          one_of({"separate", "shared"}));
    visit("initial", initial,
          "architectures evaluated before the first fit: random, but spread over a metric that is "
          "known for all, such as FLOPs",
          between(2, 1000000));
    visit(
        "initial_spread", initial_spread,
        "what these are spread over where several metrics of the problem are known: first, strata "
        "of the first of them; all, as far apart as can be by the ranks in all of them",
        one_of({"first", "all"}));
    visit("survey", survey,
          "architectures drawn from the whole space, within limits or not, every second one after "
          "the first fit until there are so many: where genes choose at fixed places of a network, "
          "predictors learn from them what each choice is worth; -1, one for each such gene (none "
          "in spaces of cells)",
          between(-1, 1000000));
    visit("acquisition", acquisition,
          "what makes a candidate worth its evaluation: its mean, its mean and some deviations in "
          "its favour, the improvement that is expected of it, the hypervolume that it is expected "
          "to add to the front (several objectives: exact for two; the candidates are bred by it "
          "and by the metrics that are known), or a draw from what is believed of it: thompson, by "
          "one member of the predictor for all candidates of each choice, where it has members "
          "(networks, mixture, path_networks), and by each candidate's own mean and deviation "
          "elsewhere; independent_thompson, always by these",
          one_of({"mean", "upper_bound", "expected_improvement", "expected_hypervolume", "thompson",
                  "independent_thompson"}));
    visit("deviations", deviations, "how many deviations (upper_bound)", between(0, 100));
    visit("feasibility", feasibility,
          "how limits on predicted metrics count: weighed, the improvement that is expected of a "
          "candidate on the best feasible one times the probability that they hold, whatever "
          "`acquisition` says (one objective; Gardner et al., ICML 2014); weighed_always, so with "
          "several objectives too, where the hypervolume that is expected to be added is weighed; "
          "likely, candidates that break one likelier than not come last (with several objectives "
          "weighed means the same)",
          one_of({"weighed", "weighed_always", "likely"}));
    visit("candidates", candidates,
          "architectures that the predictor scores before each batch, or that arch2vec_rl moves "
          "among",
          between(1, 100000000));
    visit("population", population, "members of the evolution that makes these candidates",
          between(2, 1000000));
    visit("islands", islands,
          "populations of that size that evolve beside each other, each with a share of the "
          "evaluated architectures",
          between(1, 1000));
    visit("migration", migration,
          "generations after which the best of each island are copied to the next",
          between(1, 1000000));
    visit("batch_diversity", batch_diversity,
          "what keeps those apart that are chosen for one batch or under way: imagined, predictors "
          "that learn at once take each for evaluated before the next is chosen (gp, gp_wl, "
          "gp_both; one objective); distance, they differ in `batch_distance` genes, whatever the "
          "predictor; none",
          one_of({"imagined", "distance", "none"}));
    visit("batch_distance", batch_distance,
          "genes in which those of a batch differ at least, as far as there are such candidates "
          "(batch_diversity: distance)",
          between(1, 1000000));
    visit("exploration", exploration, "share of each batch that is drawn at random", between(0, 1));
    visit("refit", refit,
          "predictors are fitted from scratch when there are so many times the labels of the last "
          "such fit, and refreshed otherwise",
          between(1, 1000000));
    visit(
        "tau_drop", tau_drop,
        "they are also fitted from scratch when the Kendall tau of the last 20 forecasts falls by "
        "more than this below its highest since the last such fit; 2 never",
        between(0, 2));
    visit("screening", screening,
          "cheaper metrics, the cheapest first, that choose what is evaluated in full (successive "
          "halving) and that predictors learn from; none: whatever is asked for is evaluated in "
          "full");
    visit("halving", halving,
          "of the architectures that one metric of `screening` has told of, one in so many goes on "
          "to the next, and from the last to an evaluation in full",
          between(2, 1000));
  }
};

/// The space in which architectures are embedded, for searches that move in it.
struct LatentSpace {
  /// Where architectures lie: as many numbers of each, one architecture after the other. Uses the
  /// threads of the arena that the caller is in. Throws predictor::PredictorError.
  std::function<std::vector<double>(std::span<const spaces::Genotype>)> embed;
  /// A new policy for places of so many numbers.
  std::function<std::unique_ptr<predictor::LatentPolicy>(std::size_t width, std::uint64_t seed)>
      make_policy;
};

/// Makes the predictor of that name for a metric of the space, not fitted. Throws
/// predictor::PredictorError.
using PredictorMaker = std::function<std::unique_ptr<predictor::Predictor>(
    const std::string& name, const std::string& metric)>;

/// What a guided search needs besides its options.
struct Guidance {
  /// Makes predictors; see there.
  PredictorMaker make_predictor;
  /// Sources that answer at once. Their metrics that are free or cheap are asked of every candidate
  /// and not predicted.
  std::vector<std::shared_ptr<evaluation::Evaluator>> known;
  LatentSpace latent = {};
  /// What its predictions follow from beside AlgorithmOptions, as text: searches with another one
  /// are others. Empty where predictors are as they come.
  std::string predictors = {};
  /// Makes the predictor of that name for so many metrics of the space, not fitted; only asked
  /// where heads are shared (GuidanceOptions::heads). Throws predictor::PredictorError.
  std::function<std::unique_ptr<predictor::JointPredictor>(const std::string& name,
                                                           std::size_t metrics)>
      make_joint_predictor = {};
};

}  // namespace evonas::search
