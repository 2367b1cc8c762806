#pragma once

#include <algorithm>
#include <cstddef>

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

namespace evonas::search {

/// A TBB arena of exactly so many threads, also where there are fewer cores, which TBB does not
/// allow (and says so on stderr) unless told otherwise. Other arenas keep the threads they have.
class ThreadArena {
 public:
  explicit ThreadArena(std::size_t threads)
      : control_(tbb::global_control::max_allowed_parallelism,
                 std::max<std::size_t>(threads, tbb::info::default_concurrency())),
        arena_(static_cast<int>(threads)) {}

  /// Runs `call` in the arena; exceptions come back.
  template <class Call>
  auto execute(const Call& call) {
    return arena_.execute(call);
  }

 private:
  tbb::global_control control_;
  tbb::task_arena arena_;
};

}  // namespace evonas::search
