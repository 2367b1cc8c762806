#pragma once

#include <memory>
#include <mutex>

#include <tbb/task_arena.h>

namespace evonas::cli {

/// Made once, by the first who asks. While it is made its maker takes no other task of the arena,
/// which could ask for the same and would wait for itself.
template <class T>
class MadeOnce {
 public:
  template <class Make>
  std::shared_ptr<const T> get(const Make& make) {
    const std::scoped_lock lock(mutex_);
    if (!made_) tbb::this_task_arena::isolate([&] { made_ = make(); });
    return made_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const T> made_;
};

}  // namespace evonas::cli
