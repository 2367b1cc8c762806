#pragma once

#include <algorithm>
#include <cstddef>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace evonas {

namespace detail {

/// Tells ThreadSanitizer what it cannot see, because the TBB library is not compiled with it: that
/// parallel work begins after what came before it, and is over before what comes after it.
class ForkAndJoin {
 public:
#ifdef __SANITIZE_THREAD__
  ForkAndJoin() { __tsan_release(&fork_); }
  ~ForkAndJoin() { __tsan_acquire(&join_); }
  void begin_task() { __tsan_acquire(&fork_); }
  void end_task() { __tsan_release(&join_); }

 private:
  char fork_ = 0;
  char join_ = 0;
#else
  void begin_task() {}
  void end_task() {}
#endif
};

}  // namespace detail

/// Calls `body(i)` for every i below `count` on the threads of the arena that the caller is in, in
/// any order, `grain` after each other in one task. The first exception comes back.
template <class Body>
void parallel_for(std::size_t count, const Body& body, std::size_t grain = 1) {
  detail::ForkAndJoin order;
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, count, grain),
      [&](const tbb::blocked_range<std::size_t>& range) {
        order.begin_task();
        for (std::size_t i = range.begin(); i < range.end(); ++i) body(i);
        order.end_task();
      },
      tbb::simple_partitioner());
}

/// A TBB arena of so many threads, also of more than there are cores, which TBB does not allow (and
/// says so on stderr) unless told otherwise.
class ThreadArena {
 public:
  /// 0 takes a thread for each core.
  explicit ThreadArena(std::size_t threads)
      : threads_(threads > 0 ? threads : cores()),
        limit_(tbb::global_control::max_allowed_parallelism, std::max(threads_, cores())),
        arena_(static_cast<int>(threads_)) {}

  std::size_t threads() const { return threads_; }

  /// Runs `call` in the arena; exceptions come back.
  template <class Call>
  auto execute(const Call& call) {
    detail::ForkAndJoin order;
    return arena_.execute([&] {
      order.begin_task();
      const struct End {
        detail::ForkAndJoin& order;
        ~End() { order.end_task(); }
      } end{order};
      return call();
    });
  }

 private:
  static std::size_t cores() { return static_cast<std::size_t>(tbb::info::default_concurrency()); }

  std::size_t threads_;
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

}  // namespace evonas
