#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace evonas::cli {

/// One line on a terminal that says how far something long is, and the time that is left. Takes
/// itself away at the end. Safe from many threads.
class ProgressLine {
 public:
  /// `what` is counted: "searches".
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// "3 of 20 searches | 0:12, about 1:08 left"; `kept` of them were finished before this began.
  void count(std::size_t finished, std::size_t all, std::size_t kept = 0);
  /// "searches: 15 % | 0:12, about 1:08 left"
  void share(double done);

  /// Takes the line away.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(const std::string& state, double done);

  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::mutex mutex_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_draw_{};
};

}  // namespace evonas::cli
