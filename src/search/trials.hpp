#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "search/algorithm_names.hpp"
#include "search/table_search.hpp"
#include "search/trial_log.hpp"

namespace evonas::search {

/// After how many evaluations the searches of algorithm number `algorithm` end: after its `own`,
/// where there are such and they are not 0, else after `all`.
inline std::int64_t evaluations_of(std::size_t algorithm, std::span<const std::int64_t> own,
                                   std::int64_t all) {
  return algorithm < own.size() && own[algorithm] > 0 ? own[algorithm] : all;
}

/// Throws SearchError unless `own` is empty, or has a number from 0 to `all` for each algorithm.
inline void expect_own_evaluations(std::span<const std::int64_t> own, std::size_t algorithms,
                                   std::int64_t all) {
  if (!own.empty() && own.size() != algorithms) {
    throw SearchError(
        fmt::format("a benchmark of {} algorithms has the evaluations of {}: give "
                    "those of each, or of none",
                    algorithms, own.size()));
  }
  for (const std::int64_t evaluations : own) {
    if (evaluations >= 0 && evaluations <= all) continue;
    throw SearchError(fmt::format(
        "searches of one algorithm cannot end after {} evaluations, where the others end after {}",
        evaluations, all));
  }
}

/// Throws SearchError unless a benchmark can report at these `seconds` of the simulated clock,
/// ascending, which need the metric `cost`; where there are none, at these `budgets`, each from 1
/// to `evaluations`.
inline void expect_budgets(std::span<const double> seconds, const std::string& cost,
                           std::span<const std::int64_t> budgets, std::int64_t evaluations) {
  if (seconds.empty()) {
    for (const std::int64_t budget : budgets) {
      if (budget >= 1 && budget <= evaluations) continue;
      throw SearchError(fmt::format(
          "the budget {} of a benchmark is outside its 1 to {} evaluations", budget, evaluations));
    }
    return;
  }
  expect_cost(cost);
  double earlier = 0.0;
  for (const double later : seconds) {
    if (!(later > earlier) || std::isinf(later)) {
      throw SearchError(
          fmt::format("the seconds of a benchmark must ascend from above 0, and {} follows {}",
                      later, earlier));
    }
    earlier = later;
  }
}

/// The searches of a benchmark: every algorithm with the seeds 1, 2, ..., those of one algorithm
/// after each other. What each has yielded, a Trial, is a value that to_json() writes.
template <class Trial>
class Trials {
 public:
  /// `names` are those that results call algorithms by, as algorithm_names() takes them.
  Trials(std::vector<AlgorithmOptions> algorithms, std::int64_t seeds,
         std::function<void(std::size_t, std::size_t)> on_progress,
         std::span<const std::string> names = {})
      : algorithms_(std::move(algorithms)),
        names_(algorithm_names(algorithms_, names)),
        seeds_(static_cast<std::size_t>(seeds)),
        on_progress_(std::move(on_progress)),
        trials_(algorithms_.size() * seeds_) {}

  /// Takes what the log has of them, and keeps there what is added from now on. `describe` says
  /// what decides how all searches of the algorithm of that number go, `parse` gives the Trial of
  /// JSON, or nothing.
  template <class Describe, class Parse>
  void recall(TrialLog& log, const Describe& describe, const spaces::AnySpace& space,
              const Problem& problem, const Parse& parse) {
    log_ = &log;
    for (std::size_t i = 0; i < size(); ++i) {
      descriptions_.push_back(describe(algorithm_of(i)) +
                              describe_trial(space, problem, options(i)));
      trials_[i] = log.find(descriptions_[i], parse);
      if (trials_[i]) ++finished_;
    }
    if (finished_ > 0) tell();
  }

  std::size_t size() const { return trials_.size(); }
  bool complete() const { return finished_ == size(); }
  /// Whether search `i` has ended. Safe beside add() of others.
  bool has(std::size_t i) const { return trials_[i].has_value(); }

  /// The number of the algorithm of search `i`.
  std::size_t algorithm_of(std::size_t i) const { return i / seeds_; }

  AlgorithmOptions options(std::size_t i) const {
    AlgorithmOptions options = algorithms_[algorithm_of(i)];
    options.seed = i % seeds_ + 1;
    return options;
  }

  /// Search `i` has ended. Safe from many threads.
  void add(std::size_t i, Trial trial) {
    const std::lock_guard lock(mutex_);
    if (log_ != nullptr) log_->add(descriptions_[i], options(i), to_json(trial));
    trials_[i] = std::move(trial);
    ++finished_;
    tell();
  }

  /// Calls `summarise(name, trials)` for each algorithm with the searches of its seeds, once all
  /// have ended.
  template <class Summarise>
  void for_each_algorithm(const Summarise& summarise) const {
    for (std::size_t i = 0; i < algorithms_.size(); ++i) {
      std::vector<Trial> own;
      own.reserve(seeds_);
      for (std::size_t seed = 0; seed < seeds_; ++seed) own.push_back(*trials_[i * seeds_ + seed]);
      summarise(names_[i], std::move(own));
    }
  }

 private:
  void tell() const {
    if (on_progress_) on_progress_(finished_, size());
  }

  std::vector<AlgorithmOptions> algorithms_;
  std::vector<std::string> names_;
  std::size_t seeds_;
  std::function<void(std::size_t, std::size_t)> on_progress_;
  std::vector<std::optional<Trial>> trials_;
  TrialLog* log_ = nullptr;
  std::vector<std::string> descriptions_;  ///< there with a log
  std::mutex mutex_;
  std::size_t finished_ = 0;
};

}  // namespace evonas::search
