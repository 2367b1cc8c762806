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
  double failure_share = 0.5;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("evaluations", evaluations, "architectures to evaluate; 0 sets no limit", at_least(0));
    visit("seconds", seconds, "wall time after which no new generation begins; 0 sets no limit",
          at_least(0));
    visit("failure_share", failure_share,
          "give up once more than this share of at least 10 evaluations has failed", between(0, 1));
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
  /// a training. A candidate that one source fails is not shown to the next.
  std::vector<Source> sources;
  /// Threads of breeding and of cheap evaluation.
  std::size_t threads = 1;
};

/// The ask-evaluate-tell loop.
///
/// With a `store` every outcome is kept as it arrives; a store that already holds a part of this
/// run is continued: the algorithm is asked again from the start, and what the store holds is told
/// instead of evaluated, so the end is that of a run never stopped. Throws SearchError where the
/// store disagrees with what the algorithm asks (another configuration or version). Without a store
/// (nullptr) nothing is kept.
///
/// Returns after the budget is spent, the space is exhausted, an observer or `stop` asks for it, or
/// too many evaluations have failed. Faults of a whole source propagate (EvaluationError) after the
/// store is safe.
SearchSummary run_search(const SearchSetup& setup, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop);

}  // namespace evonas::search
