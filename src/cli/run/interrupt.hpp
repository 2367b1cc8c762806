#pragma once

#include <stop_token>
#include <thread>

namespace evonas::cli {

/// Turns Ctrl-C (SIGINT) and SIGTERM into a request to stop; a second one ends the process at once
/// with exit code 130.
///
/// The signals are blocked, and a thread waits for them: nothing runs inside a signal handler. To
/// be made before any other thread, which inherits the blocked signals; at most one at a time.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  std::stop_token token() const { return stop_.get_token(); }
  bool requested() const { return stop_.stop_requested(); }

 private:
  std::stop_source stop_;
  std::jthread watcher_;
};

}  // namespace evonas::cli
