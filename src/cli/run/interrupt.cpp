#include "cli/run/interrupt.hpp"

#include <csignal>

#include <pthread.h>
#include <unistd.h>

namespace evonas::cli {
namespace {

// Wakes the watcher when it is no longer needed.
constexpr int kWake = SIGUSR2;
constexpr int kExitInterrupted = 130;

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, kWake}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t signals = watched_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  watcher_ = std::jthread([this, signals](const std::stop_token& done) {
    while (!done.stop_requested()) {
      int signal = 0;
      if (sigwait(&signals, &signal) != 0 || signal == kWake) continue;
      if (stop_.stop_requested()) _exit(kExitInterrupted);
      stop_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  watcher_.request_stop();
  pthread_kill(watcher_.native_handle(), kWake);
  watcher_.join();
  const sigset_t signals = watched_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace evonas::cli
