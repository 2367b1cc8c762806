#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "evaluation/command/command_options.hpp"

namespace evonas::tests {

/// The options of a command that misbehaves in one way (faulty_worker.py), with short waits where a
/// fault makes evonas wait, and long ones elsewhere.
inline evaluation::CommandOptions faulty_command(const std::string& fault,
                                                 std::vector<std::string> more = {}) {
  evaluation::CommandOptions options;
  // Without the modules that Python loads for interactive use, which take longer than the rest.
  options.command = {EVONAS_PYTHON, "-IS", "evaluation/faulty_worker.py", "--fault", fault};
  options.command.insert(options.command.end(), more.begin(), more.end());
  options.folder = (std::filesystem::path(EVONAS_SOURCE_DIR) / "tests").string();
  options.backoff_seconds = 0.0;
  options.message_bytes = 200000;
  options.retries = 0;
  if (fault == "start_hang") options.start_seconds = 0.3;
  for (const char* slow :
       {"hang", "stops_itself", "only_heartbeats", "obeys_cancel", "late", "closes_input"}) {
    if (fault == slow) options.timeout_seconds = 0.3;
  }
  for (const char* deaf : {"hang", "stops_itself", "closes_input"}) {
    if (fault == deaf) options.cancel_seconds = 0.1;
  }
  if (fault == "silent") options.heartbeat_seconds = 0.3;
  return options;
}

/// Whether a process whose arguments contain `mark` is running; zombies do not count.
inline bool any_process_with(const std::string& mark) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string arguments{std::istreambuf_iterator<char>(file), {}};
    if (arguments.find(mark) != std::string::npos) return true;
  }
  return false;
}

/// Whether all of them are gone within two seconds.
inline bool all_gone(const std::string& mark) {
  for (int i = 0; i < 400 && any_process_with(mark); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return !any_process_with(mark);
}

}  // namespace evonas::tests
