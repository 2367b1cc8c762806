#include "cli/run/benchmark_progress.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/run/progress.hpp"

namespace evonas::cli {

BenchmarkProgress::BenchmarkProgress() : terminal_(isatty(STDERR_FILENO) == 1) {}

void BenchmarkProgress::operator()(std::size_t finished, std::size_t all) {
  constexpr std::chrono::milliseconds kBetweenDraws{100};
  const auto now = Clock::now();
  if (!terminal_ || finished == 0 || now - last_draw_ < kBetweenDraws) return;
  last_draw_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double left = seconds / static_cast<double>(finished) * static_cast<double>(all - finished);
  fmt::print(stderr, "\r\x1b[K{} of {} searches | {}, about {} left", finished, all,
             format_duration(seconds), format_duration(left));
  std::fflush(stderr);
}

void BenchmarkProgress::finish() {
  if (shown_) fmt::print(stderr, "\r\x1b[K");
  shown_ = false;
}

}  // namespace evonas::cli
