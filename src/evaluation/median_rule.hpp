#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/early_stopping.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

/// Values of one candidate by epoch, in the order of epochs.
using Curve = std::vector<std::pair<std::int64_t, double>>;

/// The median stopping rule (Golovin et al., KDD 2017): a candidate is hopeless after an epoch
/// where its best value so far is strictly worse than the median, over finished candidates, of the
/// mean of their values up to that epoch.
///
/// Candidates are compared with those that had finished when the present block began, so that what
/// is stopped does not depend on the order in which the values of a block arrive. Not to be used
/// from two threads at once.
class MedianRule {
 public:
  explicit MedianRule(EarlyStopping options) : options_(std::move(options)) {}

  const std::string& metric() const { return options_.metric; }

  /// What finished since the last call counts from now on.
  void begin_block();

  /// A candidate has finished.
  void add(Curve curve) { recent_.push_back(std::move(curve)); }

  /// So have those of an earlier session (Evaluator::recall) that succeeded and had values.
  void add(std::span<const Outcome> outcomes);

  /// Why a candidate with these values, at least one, is hopeless ("accuracy is 41 at best ...");
  /// nothing where it is not.
  std::optional<std::string> objection(const Curve& curve) const;

 private:
  EarlyStopping options_;
  std::vector<Curve> finished_;
  std::vector<Curve> recent_;
};

/// A MedianRule that evaluations in several threads share.
class SharedMedianRule {
 public:
  explicit SharedMedianRule(EarlyStopping options) : rule_(std::move(options)) {}

  void begin_block() {
    const std::scoped_lock lock(mutex_);
    rule_.begin_block();
  }
  void add(std::span<const Outcome> outcomes) {
    const std::scoped_lock lock(mutex_);
    rule_.add(outcomes);
  }
  std::optional<std::string> objection(const Curve& curve) const {
    const std::scoped_lock lock(mutex_);
    return rule_.objection(curve);
  }

 private:
  mutable std::mutex mutex_;
  MedianRule rule_;
};

}  // namespace evonas::evaluation
