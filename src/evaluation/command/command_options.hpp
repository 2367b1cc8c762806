#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "evaluation/early_stopping.hpp"

namespace evonas::evaluation {

/// How a command that evaluates architectures is run and watched; configs/COMMAND.md describes
/// what it has to do.
struct CommandOptions {
  std::vector<std::string> command;
  std::string folder;
  std::int64_t processes = 1;
  std::string architecture = "json";
  double start_seconds = 120.0;
  double timeout_seconds = 86400.0;
  double heartbeat_seconds = 0.0;
  double cancel_seconds = 10.0;
  std::int64_t retries = 2;
  double backoff_seconds = 1.0;
  std::int64_t message_bytes = 16 << 20;
  std::optional<EarlyStopping> early_stopping;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("command", command,
          "program and arguments of a process that evaluates architectures; configs/COMMAND.md "
          "says what it reads and writes",
          required());
    visit("folder", folder, "where the command runs; empty is the folder of the configuration file",
          file_path());
    visit("processes", processes, "processes of the command side by side", between(1, 256));
    visit("architecture", architecture,
          "form in which the whole network is sent, where `input` says what it reads; the cell "
          "always comes as JSON",
          one_of({"json", "onnx", "pytorch"}));
    visit("start_seconds", start_seconds, "a process says hello within this time",
          between(0.001, 1e6));
    visit("timeout_seconds", timeout_seconds, "an evaluation is answered within this time",
          between(0.001, 1e9));
    visit("heartbeat_seconds", heartbeat_seconds,
          "a process that evaluates writes something, if only a heartbeat, at least so often; 0 "
          "expects nothing",
          between(0, 1e6));
    visit("cancel_seconds", cancel_seconds,
          "a cancelled evaluation ends within this time, or its process is killed",
          between(0.001, 1e6));
    visit("retries", retries,
          "how often an evaluation is tried again, and a process started again that does nothing",
          between(0, 100));
    visit("backoff_seconds", backoff_seconds,
          "wait before the first of these; twice as long before each further one, at most a minute",
          between(0, 60));
    visit("message_bytes", message_bytes, "longest line in either direction", between(1024, 1e9));
    visit("early_stopping", early_stopping,
          "give candidates up whose best value so far is below the median of what finished ones "
          "had on average after as many epochs");
  }
};

}  // namespace evonas::evaluation
