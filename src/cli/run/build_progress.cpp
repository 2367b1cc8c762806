#include "cli/run/build_progress.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/run/progress.hpp"

namespace evonas::cli {
namespace {

constexpr std::chrono::minutes kBetweenBuildLines{1};

}  // namespace

BuildProgress::BuildProgress(Log& log, std::string what, std::size_t before, std::size_t all)
    : log_(log), what_(std::move(what)), before_(before), all_(all) {
  log_.info(fmt::format("{} {}, {} of them done", all_, what_, before_));
}

void BuildProgress::tell(std::size_t done) {
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  const double each = seconds / static_cast<double>(done);
  const std::string line =
      fmt::format("{} of {} {} | {:.2f} a second | about {} left", before_ + done, all_, what_,
                  1.0 / each, format_duration(each * static_cast<double>(all_ - before_ - done)));
  log_.progress(line);
  if (log_.on_terminal() || now - last_line_ < kBetweenBuildLines) return;
  last_line_ = now;
  log_.info(line);
}

}  // namespace evonas::cli
