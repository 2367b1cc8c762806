#include "cli/run/progress_line.hpp"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/run/progress.hpp"

namespace evonas::cli {

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() { finish(); }

void ProgressLine::count(std::size_t finished, std::size_t all, std::size_t kept) {
  if (!terminal_ || finished == kept) return;
  draw(fmt::format("{} of {} {}", finished, all, what_),
       static_cast<double>(finished - kept) / static_cast<double>(all - kept));
}

void ProgressLine::share(double done) {
  if (!terminal_ || done <= 0.0) return;
  draw(fmt::format("{}: {:.0f} %", what_, 100.0 * done), done);
}

void ProgressLine::draw(const std::string& state, double done) {
  constexpr std::chrono::milliseconds kBetweenStates{100};
  const std::scoped_lock lock(mutex_);
  const auto now = Clock::now();
  if (now - last_draw_ < kBetweenStates) return;
  last_draw_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  fmt::print(stderr, "\r\x1b[K{} | {}, about {} left", state, format_duration(seconds),
             format_duration(seconds / done * (1.0 - done)));
  std::fflush(stderr);
}

void ProgressLine::finish() {
  const std::scoped_lock lock(mutex_);
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace evonas::cli
