#include "cli/run/benchmark_progress.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace evonas::cli {

std::function<void(std::size_t, std::size_t)> BenchmarkProgress::observer() {
  return [this](std::size_t finished, std::size_t all) {
    finished_ = finished;
    all_ = all;
    if (finished == log_.found()) {
      fmt::print(stderr, "{} of {} searches are in {} already and are not made again\n", finished,
                 all, log_.file().string());
    }
    line_.count(finished, all, log_.found());
  };
}

void BenchmarkProgress::finish(bool complete) {
  line_.finish();
  if (complete) return;
  if (finished_ == 0) {
    fmt::print(stderr, "interrupted before a search had ended\n");
    return;
  }
  fmt::print(stderr,
             "interrupted; {} of {} searches are kept, and the same command with --out {} goes on "
             "from there\n",
             finished_, all_, log_.file().parent_path().string());
}

}  // namespace evonas::cli
