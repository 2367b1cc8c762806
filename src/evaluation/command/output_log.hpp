#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "evaluation/command/processes.hpp"

namespace evonas::evaluation::command {

/// Foreign output on its way to a log: lines of at most 500 bytes, at first 200 of them and then 20
/// a second; how many were left out is told.
class OutputLog {
 public:
  /// `head` stands in front of every line.
  OutputLog(std::string head, std::function<void(const std::string& line)> tell)
      : head_(std::move(head)), tell_(std::move(tell)) {}

  /// Bytes as they arrive; carriage returns end lines too, as progress bars write them.
  void append(std::string_view bytes, TimePoint now);

  /// Tells what is left, where the output has ended.
  void finish(TimePoint now);

  /// The last line that was not empty; empty where there was none.
  const std::string& last_line() const { return last_line_; }

 private:
  static constexpr double kMostLines = 200.0;

  void add_line(std::string_view line, TimePoint now);
  void tell_left_out();

  std::string head_;
  std::function<void(const std::string& line)> tell_;
  std::string rest_;  ///< of a line that has not ended
  std::string last_line_;
  double allowance_ = kMostLines;  ///< lines that may be told now
  TimePoint told_{};
  std::size_t left_out_ = 0;
};

}  // namespace evonas::evaluation::command
