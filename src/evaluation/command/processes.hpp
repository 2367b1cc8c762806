#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace evonas::evaluation::command {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

inline Clock::duration to_duration(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}
inline double seconds_between(TimePoint begin, TimePoint end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// Processes of a command, by number. None of the calls waits.
class Processes {
 public:
  virtual ~Processes() = default;

  /// Starts a process that is not running. Throws EvaluationError where the system refuses.
  virtual void start(std::size_t process) = 0;
  /// Sends a line, with its end, to a process that is running; what does not go in at once, later.
  virtual void send(std::size_t process, const std::string& line) = 0;
  /// Kills a process and forgets what it has written.
  virtual void stop(std::size_t process) = 0;
};

/// That a process has ended, or cannot be heard any longer; it does not run any more.
struct Ending {
  std::string reason;  ///< "died: it ended with exit code 1", "protocol: ..."
  bool clean = false;  ///< of its own accord, with exit code 0
};

/// Hears what processes do.
class ProcessEvents {
 public:
  virtual ~ProcessEvents() = default;

  virtual void on_line(std::size_t process, const std::string& line, TimePoint now) = 0;
  virtual void on_end(std::size_t process, const Ending& ending, TimePoint now) = 0;
};

}  // namespace evonas::evaluation::command
