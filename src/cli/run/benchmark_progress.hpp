#pragma once

#include <chrono>
#include <cstddef>

namespace evonas::cli {

/// Shows on a terminal how many searches of a benchmark are finished, and the time that is left.
class BenchmarkProgress {
 public:
  BenchmarkProgress();

  void operator()(std::size_t finished, std::size_t all);

  /// Takes the line away.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool shown_ = false;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_draw_{};
};

}  // namespace evonas::cli
