#pragma once

#include <cstddef>
#include <utility>

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>

namespace evonas::cli {

/// The threads of a command: a TBB arena of so many, and no more workers than that. One at a time.
class Threads {
 public:
  /// 0 takes one for each core.
  explicit Threads(std::size_t count)
      : count_(count > 0 ? count
                         : static_cast<std::size_t>(oneapi::tbb::info::default_concurrency())),
        limit_(oneapi::tbb::global_control::max_allowed_parallelism, count_),
        arena_(static_cast<int>(count_)) {}

  std::size_t count() const { return count_; }

  template <class Work>
  auto run(Work&& work) {
    return arena_.execute(std::forward<Work>(work));
  }

 private:
  std::size_t count_;
  oneapi::tbb::global_control limit_;
  oneapi::tbb::task_arena arena_;
};

}  // namespace evonas::cli
