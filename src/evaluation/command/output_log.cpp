#include "evaluation/command/output_log.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "evaluation/command/foreign_text.hpp"

namespace evonas::evaluation::command {
namespace {

constexpr std::size_t kLongestLine = 500;
constexpr double kLinesPerSecond = 20.0;

}  // namespace

void OutputLog::append(std::string_view bytes, TimePoint now) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("\r\n");
    const std::string_view part = bytes.substr(0, end);
    // One byte more than is shown tells that a line was cut.
    rest_.append(part.substr(0, kLongestLine + 1 - std::min(rest_.size(), kLongestLine + 1)));
    if (end == std::string_view::npos) return;
    add_line(rest_, now);
    rest_.clear();
    bytes.remove_prefix(end + 1);
  }
}

void OutputLog::finish(TimePoint now) {
  add_line(rest_, now);
  rest_.clear();
  tell_left_out();
}

void OutputLog::add_line(std::string_view line, TimePoint now) {
  if (line.find_first_not_of(" \t") == std::string_view::npos) return;
  last_line_ = one_line(line, kLongestLine);
  const double passed = std::chrono::duration<double>(now - told_).count();
  allowance_ = std::min(kMostLines, allowance_ + kLinesPerSecond * passed);
  told_ = now;
  if (allowance_ < 1.0) {
    ++left_out_;
    return;
  }
  tell_left_out();
  allowance_ -= 1.0;
  tell_(head_ + last_line_);
}

void OutputLog::tell_left_out() {
  if (left_out_ > 0) tell_(fmt::format("{}({} lines left out)", head_, left_out_));
  left_out_ = 0;
}

}  // namespace evonas::evaluation::command
