#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/evaluator.hpp"
#include "search/guided/screening.hpp"
#include "search/origin.hpp"
#include "search/predicted_front.hpp"
#include "search/problem.hpp"
#include "search/time_split.hpp"

namespace evonas::search {

/// One evaluation, or one screening, as a run keeps it.
struct EvaluationRecord {
  std::uint64_t index = 0;       ///< position in the run, from 0; screenings are counted too
  std::uint64_t generation = 0;  ///< number of the ask that proposed it, from 0
  std::uint32_t rung = 0;        ///< 0 for an evaluation, else see Algorithm::rungs()
  spaces::Genotype genotype;
  std::string architecture;  ///< the space's notation
  Key key;
  std::map<std::string, evaluation::Measurement> metrics;
  std::string failure;   ///< empty where the evaluation succeeded
  double seconds = 0.0;  ///< that its sources took (evaluation::Outcome::seconds), added up
  /// What its sources knew on the way (evaluation::Outcome::by_epoch).
  evaluation::ValuesByEpoch by_epoch;
  /// In an asynchronous run its place in the order of completion, from 0, once it is complete.
  std::optional<std::uint64_t> place;
  /// What the algorithm expected of it when it asked (Algorithm::forecasts).
  Forecast forecast;
  /// How the algorithm came by it (Algorithm::origins); nothing where that is not known.
  std::optional<Origin> origin;

  bool ok() const { return failure.empty(); }
  /// Whether it was given up for better ones: not ok(), but nothing went wrong.
  bool stopped_early() const { return evaluation::is_early_stop(failure); }
};

/// State of a search after one generation. Screenings change none of it. In an asynchronous run a
/// generation is as many evaluations as the algorithm likes at once (Algorithm::batch_size()), in
/// the order of completion.
struct GenerationRecord {
  std::uint64_t generation = 0;
  std::uint64_t evaluations = 0;  ///< evaluated so far, failures included
  std::uint64_t failures = 0;
  std::uint64_t feasible = 0;    ///< evaluated so far within every limit
  std::uint64_t front_size = 0;  ///< feasible and non-dominated
  /// Best feasible value of each objective so far, in the metric's own sense; nothing before the
  /// first.
  std::vector<std::optional<double>> best;
  double hypervolume = 0.0;  ///< of the feasible front; see SearchSummary::reference_point
  double seconds = 0.0;      ///< wall time since the search began, all sessions together
};

/// How a search ended.
enum class Termination {
  Running,         ///< it has not
  Budget,          ///< evaluations, seconds or seconds of training used up
  SpaceExhausted,  ///< no architecture left that was not evaluated
  Interrupted,     ///< asked to stop; can be resumed
  TooManyFailures,
};

/// "running", "budget", "space_exhausted", "interrupted", "too_many_failures".
std::string to_string(Termination termination);
/// The termination of that name. Throws SearchError for another text.
Termination parse_termination(std::string_view text);

/// A network with what was found out about it after the search.
struct FinalNetwork {
  std::string architecture;
  std::map<std::string, evaluation::Measurement> metrics;  ///< test_accuracy, latency_ms, ...
};

/// Result of the second measurement and the longer training of the best network.
struct FinalRecord : FinalNetwork {
  double seconds = 0.0;
  /// Networks that the search ranks higher, best first: measured again they break a limit.
  std::vector<FinalNetwork> rejected;
};

/// Everything a finished or interrupted search found out. All of it is kept in the run's store, so
/// the files of a run folder can be written again from it.
struct SearchSummary {
  Termination termination = Termination::Running;
  std::string message;  ///< one sentence for a person
  std::uint64_t seed = 0;
  std::uint64_t failures = 0;
  double seconds = 0.0;
  /// What these went to; nothing for a run of an evonas that did not note it.
  std::optional<TimeSplit> times;
  std::vector<EvaluationRecord> evaluations;  ///< by index, which skips the screenings
  std::vector<EvaluationRecord> screenings;   ///< by index
  std::vector<GenerationRecord> generations;
  std::vector<std::size_t> front;   ///< positions in `evaluations`, ordered by the first objective
  std::optional<std::size_t> best;  ///< feasible, best in the first objective
  double hypervolume = 0.0;
  /// Worst value of each objective, in the metric's own sense, among the successful evaluations of
  /// the first generation that has any, limits aside: fixed from then on, so that the hypervolume
  /// only grows. Empty where every evaluation failed.
  std::vector<double> reference_point;
  /// By the predictor of a guided search when it came to an end of its own: its budget used up, no
  /// architecture left, or ended by an observer; nothing where it was cut short, or gave up.
  GeneImportances gene_importance;
  PredictedFront predicted_front;  ///< of that search, likewise (Algorithm::predicted_front())
  std::optional<FinalRecord> final;
};

/// `records` as algorithms see them, in their order; `screening` are the metrics of the rungs that
/// some of them are on. Throws SearchError where a metric is missing.
std::vector<Individual> to_individuals(std::span<const EvaluationRecord> records,
                                       const Problem& problem,
                                       std::span<const ScreeningOptions> screening = {});

/// Puts the evaluations among `records`, and the screenings, where they belong in a summary.
void sort_into(SearchSummary& summary, std::vector<EvaluationRecord> records);

/// Positions in `records` of the feasible ones, the best in the first objective first, of equal
/// ones the earliest. Throws SearchError where a metric is missing.
std::vector<std::size_t> feasible_by_first_objective(std::span<const EvaluationRecord> records,
                                                     const Problem& problem);

/// Positions in `records` in the order in which the algorithm was told of them: by place in an
/// asynchronous run, otherwise as they stand.
std::vector<std::size_t> order_of_completion(std::span<const EvaluationRecord> records);

/// Failures, front, best (of equal ones the earliest), hypervolume and reference point that follow
/// from `summary.evaluations` and, in an asynchronous run, from where its generations end, written
/// into `summary`. Throws SearchError where a metric is
/// missing.
void summarise(const Problem& problem, SearchSummary& summary);

}  // namespace evonas::search
