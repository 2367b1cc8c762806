#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "search/trial_log.hpp"

namespace evonas::search {

/// The searches of a benchmark: every algorithm with the seeds 1, 2, ..., those of one algorithm
/// after each other. What each has yielded, a Trial, is a value that to_json() writes.
template <class Trial>
class Trials {
 public:
  Trials(std::vector<AlgorithmOptions> algorithms, std::int64_t seeds,
         std::function<void(std::size_t, std::size_t)> on_progress)
      : algorithms_(std::move(algorithms)),
        seeds_(static_cast<std::size_t>(seeds)),
        on_progress_(std::move(on_progress)),
        trials_(algorithms_.size() * seeds_) {}

  /// Takes what the log has of them, and keeps there what is added from now on. `shared` is what
  /// decides how all of them go, `parse` gives the Trial of JSON, or nothing.
  template <class Parse>
  void recall(TrialLog& log, const std::string& shared, const spaces::AnySpace& space,
              const Problem& problem, const Parse& parse) {
    log_ = &log;
    for (std::size_t i = 0; i < size(); ++i) {
      descriptions_.push_back(shared + describe_trial(space, problem, options(i)));
      trials_[i] = log.find(descriptions_[i], parse);
      if (trials_[i]) ++finished_;
    }
    if (finished_ > 0) tell();
  }

  std::size_t size() const { return trials_.size(); }
  bool complete() const { return finished_ == size(); }
  /// Whether search `i` has ended. Safe beside add() of others.
  bool has(std::size_t i) const { return trials_[i].has_value(); }

  AlgorithmOptions options(std::size_t i) const {
    AlgorithmOptions options = algorithms_[i / seeds_];
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
  /// have ended. The name has " (2)" and so on where it is there more than once.
  template <class Summarise>
  void for_each_algorithm(const Summarise& summarise) const {
    std::map<std::string, int> uses;
    for (std::size_t i = 0; i < algorithms_.size(); ++i) {
      std::string name = algorithms_[i].algorithm;
      if (const int use = ++uses[name]; use > 1) name += fmt::format(" ({})", use);
      std::vector<Trial> own;
      own.reserve(seeds_);
      for (std::size_t seed = 0; seed < seeds_; ++seed) own.push_back(*trials_[i * seeds_ + seed]);
      summarise(std::move(name), std::move(own));
    }
  }

 private:
  void tell() const {
    if (on_progress_) on_progress_(finished_, size());
  }

  std::vector<AlgorithmOptions> algorithms_;
  std::size_t seeds_;
  std::function<void(std::size_t, std::size_t)> on_progress_;
  std::vector<std::optional<Trial>> trials_;
  TrialLog* log_ = nullptr;
  std::vector<std::string> descriptions_;  ///< there with a log
  std::mutex mutex_;
  std::size_t finished_ = 0;
};

}  // namespace evonas::search
