#pragma once

#include <algorithm>
#include <cstddef>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#ifdef __SANITIZE_THREAD__
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
#endif

namespace evonas {

#ifdef __SANITIZE_THREAD__
namespace detail {

/// ThreadSanitizer cannot follow the TBB library, which is not compiled with it: under it plain
/// threads call `body(i)` for every i below `count`.
template <class Body>
void for_each_in_threads(std::size_t count, const Body& body, std::size_t threads) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) body(i);
    } catch (...) {
      const std::scoped_lock lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min(threads, count); ++i) helpers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace detail
#endif

/// Calls `body(i)` for every i below `count` on the threads of the arena that the caller is in, in
/// any order, `grain` after each other in one task. The first exception comes back.
template <class Body>
void parallel_for(std::size_t count, const Body& body, [[maybe_unused]] std::size_t grain = 1) {
#ifdef __SANITIZE_THREAD__
  detail::for_each_in_threads(count, body,
                              static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()));
#else
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, count, grain),
      [&](const tbb::blocked_range<std::size_t>& range) {
        for (std::size_t i = range.begin(); i < range.end(); ++i) body(i);
      },
      tbb::simple_partitioner());
#endif
}

/// Calls `body(first, size)` for consecutive chunks of `count` things, `most` of them in each but
/// the last, as parallel_for() does: for work that wants buffers of its own, once a chunk.
template <class Body>
void parallel_chunks(std::size_t count, std::size_t most, const Body& body) {
  parallel_for((count + most - 1) / most, [&](std::size_t chunk) {
    const std::size_t first = chunk * most;
    body(first, std::min(most, count - first));
  });
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
    return arena_.execute(call);
  }

 private:
  static std::size_t cores() { return static_cast<std::size_t>(tbb::info::default_concurrency()); }

  std::size_t threads_;
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

}  // namespace evonas
