#pragma once

#include <cstddef>
#include <functional>

#include "cli/run/progress_line.hpp"
#include "search/trial_log.hpp"

namespace evonas::cli {

/// Tells on stderr how far the searches of a benchmark are: a line with the time that is left on a
/// terminal, and what was or will be kept for another time.
class BenchmarkProgress {
 public:
  /// `log` is the one that the benchmark keeps its searches in.
  explicit BenchmarkProgress(const search::TrialLog& log) : log_(log) {}

  /// What the benchmark is to call; must not outlive this.
  std::function<void(std::size_t, std::size_t)> observer();

  /// Takes the line away, and says how to go on unless every search has ended.
  void finish(bool complete);

 private:
  const search::TrialLog& log_;
  ProgressLine line_{"searches"};
  std::size_t finished_ = 0;
  std::size_t all_ = 0;
};

}  // namespace evonas::cli
