#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "evaluation/command/line_buffer.hpp"
#include "evaluation/pretended_processes.hpp"

using evonas::tests::PretendedCommand;

/// Whatever two processes write, each of three evaluations ends in exactly one outcome, in bounded
/// time. Bytes below 4 stand for what lines cannot say: that time passes, that the other process
/// writes, and that one ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLongestLine = 4096;
  PretendedCommand command({.processes = 2,
                            .start_seconds = 5,
                            .timeout_seconds = 20,
                            .heartbeat_seconds = 10,
                            .cancel_seconds = 3,
                            .retries = 1,
                            .early_stopping = evonas::evaluation::EarlyStopping{
                                .metric = "accuracy", .goal = "maximize", .candidates = 1}});
  for (int block = 0; block < 2; ++block) {
    command.begin(3);
    std::size_t process = 0;
    evonas::evaluation::command::LineBuffer lines(kLongestLine);
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (; !bytes.empty() && !command.dispatcher.done(); bytes.remove_prefix(1)) {
      const char byte = bytes.front();
      if (byte == 0) command.pass(1.5);
      if (byte == 1) process = 1 - process;
      if ((byte == 2 || byte == 3) && command.processes[process].runs) {
        command.end(process, "died", byte == 3);
      }
      if (byte >= 0 && byte < 4) continue;
      lines.append(bytes.substr(0, 1));
      const auto line = lines.next();
      if (lines.overflows()) break;
      if (line && command.processes[process].runs) command.line(process, *line);
    }
    for (int waits = 0; !command.dispatcher.done(); ++waits) {
      if (waits > 1000) std::abort();
      command.now = command.dispatcher.next_due(command.now);
      command.dispatcher.on_time(command.now);
    }
    if (command.outcomes.size() != 3 || command.repeated != 0) std::abort();
    for (const auto& [index, outcome] : command.outcomes) {
      if (outcome.ok() != outcome.metrics.contains("accuracy")) std::abort();
    }
  }
  return 0;
}
