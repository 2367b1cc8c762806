#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <stop_token>
#include <vector>

#include "search/driver.hpp"

namespace evonas::search {

/// Watches over a source while it evaluates. An exception must not travel through the threads of an
/// evaluator: it stops the source instead, and comes back from check(). Every candidate has one
/// outcome, unless the source was stopped. Not to be used from two threads at once, but for the
/// request to stop.
class SourceWatch {
 public:
  /// A request to `stop` stops the source too.
  SourceWatch(const Source& source, std::stop_token stop);
  SourceWatch(const SourceWatch&) = delete;
  SourceWatch& operator=(const SourceWatch&) = delete;

  /// What the source is to heed.
  std::stop_token token() const { return halt_.get_token(); }

  /// The source gets one more candidate; they have the numbers 0, 1, 2, ...
  void expect_one() { arrived_.push_back(false); }

  /// Does something that may throw, unless something has thrown before.
  template <class Body>
  void guard(const Body& body) noexcept {
    if (fault_) return;
    try {
      body();
    } catch (...) {
      fault_ = std::current_exception();
      halt_.request_stop();
    }
  }

  /// The outcome of a candidate as it is kept (checked()). Throws SearchError for one that the
  /// source does not have, or that has an outcome.
  evaluation::Outcome accept(std::size_t number, evaluation::Outcome outcome);

  /// After the evaluation: throws what was thrown within guard(), and SearchError where outcomes
  /// are missing though nobody stopped the source. Whether all are there.
  bool check() const;

 private:
  const Source& source_;
  std::vector<evaluation::Metric> metrics_;
  std::stop_source halt_;
  std::stop_callback<std::function<void()>> forward_;
  std::vector<bool> arrived_;
  std::exception_ptr fault_;
};

}  // namespace evonas::search
