#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "search/guided/guidance.hpp"
#include "search/origin.hpp"
#include "search/predicted_front.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// Options of every algorithm; an algorithm reads those that concern it.
struct AlgorithmOptions {
  std::string algorithm = "nsga2";
  std::int64_t population = 0;
  std::int64_t tournament = 10;
  double tournament_share = 0.0;
  std::string deaths = "oldest";
  double crossover_probability = 0.9;
  double mutation_probability = 1.0;
  std::int64_t batch = 0;
  std::string driver = "synchronous";
  std::string identity = "network";
  GuidanceOptions guidance;
  std::uint64_t seed = 1;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("algorithm", algorithm, "how architectures are chosen",
          one_of({"random", "regularized_evolution", "local_search", "nsga2", "predictor_guided",
                  "bananas", "ofa_evolution", "arch2vec_rl"}));
    visit("population", population,
          "members of the population; 0 is the algorithm's own: 20 (nsga2), 30 "
          "(regularized_evolution), 100 (ofa_evolution)",
          between(0, 1000000));
    visit("tournament", tournament, "members that compete to be a parent (regularized_evolution)",
          between(1, 1000000));
    visit("tournament_share", tournament_share,
          "in the place of `tournament` the share of all members that compete, at least one; 0 is "
          "none (regularized_evolution)",
          between(0, 1));
    visit("deaths", deaths,
          "who goes where there are more members than `population`: the oldest; none, so that the "
          "population only grows from that many, as in the search of hierarchical representations, "
          "whose tournaments are of a share of 0.05 (regularized_evolution; Liu et al., ICLR 2018)",
          one_of({"oldest", "none"}));
    visit("crossover_probability", crossover_probability,
          "share of children with two parents (nsga2)", between(0, 1));
    visit("mutation_probability", mutation_probability,
          "share of children that are mutated (nsga2)", between(0, 1));
    visit("batch", batch,
          "architectures evaluated before the next are chosen; 0 is the algorithm's own: the "
          "population (nsga2, ofa_evolution), 20 (random), 5 (predictor_guided), 10 (bananas), 16 "
          "(arch2vec_rl), 1 after the random beginning (others)",
          between(0, 100000));
    visit(
        "driver", driver,
        "when the next architectures are chosen: synchronous, once the whole batch is evaluated; "
        "asynchronous, one at a time as soon as there is room for an evaluation, by what is known "
        "then, so that workers of unequal speed stay busy",
        one_of({"synchronous", "asynchronous"}));
    visit("identity", identity,
          "what is never asked for twice: a network, by its key, or a genotype, which suits tables "
          "that label isomorphic architectures apart",
          one_of({"network", "genotype"}));
    visit("guidance", guidance, "how the predictor guides (predictor_guided)");
    visit("seed", seed, "seed of every random choice");
  }
};

/// Seconds that an algorithm spent on predictors so far.
struct LearningTime {
  double fit = 0.0;    ///< fitting them
  double score = 0.0;  ///< asking them, and cheap sources, about candidates
};

/// Told that predictors begin to be fitted (true), and that they are (false).
using FitWatch = std::function<void(bool begins)>;

/// A search algorithm by ask and tell. It owns neither budget, threads nor storage. Deterministic:
/// the same options and the same tells give the same asks, on any number of threads.
class Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// How many architectures the algorithm likes to have evaluated next.
  virtual std::size_t batch_size() const = 0;

  /// At most `count` distinct architectures to be evaluated, none of them asked for before, where
  /// "the same" is what AlgorithmOptions::identity says. Fewer, or none, where the space holds no
  /// more that can be found in a bounded number of attempts. The first of a longer ask are those of
  /// a shorter one after the same asks and tells. May use all threads of the calling TBB arena.
  ///
  /// In their place an algorithm may first ask for any number to be screened, out of which it will
  /// choose as many (rungs()). What was screened may be asked for again, once on each rung.
  virtual std::vector<spaces::Genotype> ask(std::size_t count) = 0;

  /// What is to be found out about the architectures of the last ask, in their order: 0 for a full
  /// evaluation, k for no more than the k-th metric of GuidanceOptions::screening, counted from 1.
  /// Empty: all are full evaluations.
  virtual std::vector<std::uint32_t> rungs() const { return {}; }

  /// What it expects of the architectures of the last ask, in their order: by metric the value, and
  /// the interval that holds it nine times in ten; nothing where it expects nothing.
  virtual std::vector<Forecast> forecasts() const { return {}; }

  /// How it came by the architectures of the last ask, in their order; none where it does not say.
  virtual std::vector<Origin> origins() const { return {}; }

  /// What of the time in ask() and tell() went to predictors.
  virtual LearningTime learning_time() const { return {}; }

  /// From now on `watch` is told of every fit in ask(), on the thread that does it; an empty one
  /// ends that. Algorithms without predictors tell nothing.
  virtual void watch_fits(const FitWatch& /*watch*/) {}

  /// What the genes matter to the metrics, by what it has learnt of them
  /// (permutation_importance()); nothing where it learns nothing of the kind. May use all threads
  /// of the calling TBB arena.
  virtual GeneImportances gene_importance() const { return {}; }

  /// The best of what it looked at when it last chose by what it expects, and has not asked for;
  /// nothing where it expects nothing.
  virtual PredictedFront predicted_front() const { return {}; }

  /// Complete evaluations of what was asked for, of any asks and in any order, each once. Until it
  /// is told of them an algorithm counts with those that are under way, so that it may be asked
  /// again before it is told (AlgorithmOptions::driver). Screenings are told as they were asked:
  /// all of the last ask, in its order. Failed ones teach nothing but that they need not be asked
  /// again.
  virtual void tell(std::span<const Individual> evaluated) = 0;
};

/// Why the algorithm and its options do not suit the asynchronous driver, where that is named: what
/// compares or learns from whole batches. Empty otherwise.
std::string asynchronous_fault(const AlgorithmOptions& options);

/// The algorithm that `options` names. Throws SearchError for one that does not exist, an option
/// out of range, or one that does not fit the problem (regularized_evolution, local_search,
/// bananas, ofa_evolution and arch2vec_rl have one objective; screenings are of objectives), the
/// driver (asynchronous_fault()) or the space (local_search needs one that lists neighbours).
///
/// - `random`: uniform over what the space samples.
/// - `regularized_evolution` (Real et al., AAAI 2019): the best of a random tournament is mutated,
///   the oldest member dies; with AlgorithmOptions::deaths "none" nobody does, which is the search
///   of Liu et al. (ICLR 2018).
/// - `local_search` (White et al., UAI 2021): climbs from the best of three random architectures,
///   moving at the first better neighbour, and starts anew at every local optimum.
/// - `nsga2` (Deb et al., 2002): any number of objectives.
/// - `predictor_guided`: evolution inside a predictor, any number of objectives; needs `guidance`,
///   and is the only one to read GuidanceOptions::screening.
/// - `bananas` (White et al., AAAI 2021): mutants of the best, chosen by draws from what small
///   networks believe of their paths; needs `guidance`, of which only what makes predictors is
///   used.
/// - `ofa_evolution` (Cai et al., ICLR 2020): mutants and crossovers of the best quarter, each
///   drawn again until it keeps the limits, as far as `guidance` knows their metrics.
/// - `arch2vec_rl` (Yan et al., NeurIPS 2020): a policy that moves through an embedding of
///   architectures and learns by REINFORCE; needs `guidance`, of which only the latent space is
///   used. The paper's Bayesian optimisation is `predictor_guided` with the predictor `arch2vec`,
///   16 first architectures and the acquisition `expected_improvement`, but that its candidates are
///   bred and not all those of a fixed set.
std::unique_ptr<Algorithm> make_algorithm(const AlgorithmOptions& options, spaces::AnySpace space,
                                          const Problem& problem, const Guidance& guidance = {});

}  // namespace evonas::search
