#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "cli/run/log.hpp"

namespace evonas::cli {

/// Tells how far a build is and when it will be done: on a terminal in one line, elsewhere in a
/// line a minute. To be used from one thread at a time.
class BuildProgress {
 public:
  /// `what` is counted, "trainings": `before` of `all` were made by earlier sessions.
  BuildProgress(Log& log, std::string what, std::size_t before, std::size_t all);

  /// `done` have been made since, at least one.
  void tell(std::size_t done);

 private:
  using Clock = std::chrono::steady_clock;

  Log& log_;
  std::string what_;
  std::size_t before_;
  std::size_t all_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_line_ = begin_;
};

}  // namespace evonas::cli
