#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "evaluation/evaluator.hpp"
#include "search/algorithm.hpp"
#include "search/observer.hpp"
#include "search/problem.hpp"
#include "search/run_record.hpp"
#include "search/run_store.hpp"

namespace evonas::search {

/// When a search ends; whichever comes first.
struct Budget {
  std::int64_t evaluations = 0;
  double seconds = 0.0;
  double training_seconds = 0.0;
  double failure_share = 0.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("evaluations", evaluations,
          "architectures to evaluate, where those that are only screened do not count; 0 sets no "
          "limit",
          at_least(0));
    visit("seconds", seconds,
          "wall time after which no new generation begins, or, asynchronously, no evaluation; 0 "
          "sets no limit",
          at_least(0));
    visit("training_seconds", training_seconds,
          "seconds that the evaluations themselves took, added up, after which no new generation "
          "begins, or, asynchronously, no evaluation: those of trainings and latency measurements, "
          "and of a table where `cost` names "
          "them, and what screenings took; 0 sets no limit",
          at_least(0));
    visit(
        "failure_share", failure_share,
        "give up once more than this share of at least 10 evaluations, screenings too, has failed; "
        "those that are stopped early have not",
        between(0, 1));
  }
};

/// A source of labels and the name under which the store keeps what it reports.
struct Source {
  std::string name;
  std::shared_ptr<evaluation::Evaluator> evaluator;
};

struct SearchSetup {
  spaces::AnySpace space;
  Problem problem;
  AlgorithmOptions algorithm;
  Budget budget;
  /// Run in this order for every generation; one at a time, so that a measurement never runs beside
  /// a training. An asynchronous search runs them in this order for every candidate, and only one
  /// of them may take long. A candidate that one source fails is not shown to the next. Which of
  /// them are asked about a screening, and which about an evaluation, follows from the metrics of
  /// `algorithm.guidance.screening` (sources_by_rung() in session.hpp).
  std::vector<Source> sources;
  /// Makes the predictors of a guided search (Guidance::make_predictor), which knows what is free
  /// or cheap of the sources that have no expensive metric.
  PredictorMaker make_predictor;
  /// Which part of the space is searched, as text: searches among others are others. Empty: all.
  std::string among = {};
  LatentSpace latent = {};      ///< Guidance::latent
  std::string predictors = {};  ///< Guidance::predictors
  /// Guidance::make_joint_predictor
  std::function<std::unique_ptr<predictor::JointPredictor>(const std::string& name,
                                                           std::size_t metrics)>
      make_joint_predictor = {};
  /// Threads of breeding and of cheap evaluation.
  std::size_t threads = 1;
};

/// The ask-evaluate-tell loop, as AlgorithmOptions::driver says: synchronous, in which all that the
/// algorithm likes to have evaluated at once is evaluated before it is asked again; or
/// asynchronous, in which it is asked for one more whenever the source that takes long has room for
/// it, and told of each as it is complete. An asynchronous search depends on the order in which
/// evaluations are completed, and on nothing else; the order is kept in the store.
///
/// With a `store` every outcome is kept as it arrives (those of free and cheap sources a block at a
/// time); a store that already holds a part of this run is continued: the algorithm is asked again
/// from the start, and what the store holds is told instead of evaluated, so the end is that of a
/// run never stopped. Throws SearchError where the store is damaged or disagrees with the setup or
/// with what the algorithm asks (another configuration or version). Evaluations that were under way
/// are begun again. The budget may differ: a run
/// may be continued with a larger one. Without a store (nullptr) nothing is kept.
///
/// Returns after the budget is spent, the space is exhausted, an observer or `stop` asks for it
/// (Termination::Interrupted), or too many evaluations have failed; what is under way is given up
/// for `stop` only. Faults of a whole source or of
/// the store propagate (EvaluationError, SearchError) after everything known is stored, and the run
/// can be continued.
///
/// The evaluations in the summary are those on which nothing is left to find out; an interruption
/// may leave gaps in their indices.
SearchSummary run_search(const SearchSetup& setup, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop);

/// The same with an algorithm of the caller's, which must not have been asked yet; what
/// `setup.algorithm` says is then only noted, except for the seed and `guidance.screening`.
SearchSummary run_search(const SearchSetup& setup, Algorithm& algorithm, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop);

/// What a run has found out so far, from its store alone: equal to what run_search returned, if it
/// has. Throws SearchError where the store is damaged or lacks a metric of `problem`.
SearchSummary load_summary(const RunStore& store, const Problem& problem);

}  // namespace evonas::search
