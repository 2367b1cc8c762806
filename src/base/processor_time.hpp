#pragma once

#include <ctime>

namespace evonas {

inline double seconds_of_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Processor time in seconds that this program has used so far, all threads together.
inline double process_seconds() { return seconds_of_clock(CLOCK_PROCESS_CPUTIME_ID); }

/// Processor time in seconds that the calling thread has used so far.
inline double thread_seconds() { return seconds_of_clock(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace evonas
