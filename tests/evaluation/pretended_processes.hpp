#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "evaluation/command/dispatcher.hpp"

namespace evonas::tests {

/// Processes that do nothing but note what is done to them.
class PretendedProcesses final : public evaluation::command::Processes {
 public:
  struct Process {
    bool runs = false;
    int starts = 0;
    std::vector<nlohmann::json> received;  ///< since it was started
  };

  std::string refusal;  ///< why the system starts none; empty where it does

  explicit PretendedProcesses(std::size_t count) : processes_(count) {}

  void start(std::size_t process) override {
    if (!refusal.empty()) throw evaluation::EvaluationError(refusal);
    processes_[process] = {.runs = true, .starts = processes_[process].starts + 1};
  }
  void send(std::size_t process, const std::string& line) override {
    processes_[process].received.push_back(nlohmann::json::parse(line));
  }
  void stop(std::size_t process) override { processes_[process].runs = false; }

  const Process& operator[](std::size_t process) const { return processes_[process]; }

 private:
  std::vector<Process> processes_;
};

/// A dispatcher with pretended processes and a pretended clock.
struct PretendedCommand {
  using Outcomes = std::map<std::size_t, evaluation::Outcome>;

  evaluation::CommandOptions options;
  PretendedProcesses processes;
  std::vector<std::string> warnings;
  std::vector<std::string> details;
  evaluation::CommandListener listener{
      .detail = [this](const std::string& line) { details.push_back(line); },
      .warning = [this](const std::string& line) { warnings.push_back(line); }};
  evaluation::command::TimePoint now{std::chrono::hours(1)};
  Outcomes outcomes;
  std::size_t repeated = 0;  ///< outcomes of what had one
  evaluation::command::Dispatcher dispatcher;

  explicit PretendedCommand(const evaluation::CommandOptions& the_options,
                            std::vector<evaluation::Metric> metrics = {{"accuracy", "%", {}}})
      : options(the_options),
        processes(static_cast<std::size_t>(options.processes)),
        dispatcher(options, std::move(metrics), "{\"type\":\"hello\"}\n", processes, listener) {}
  PretendedCommand(const PretendedCommand&) = delete;
  PretendedCommand& operator=(const PretendedCommand&) = delete;

  void begin(std::size_t count) {
    outcomes.clear();
    dispatcher.begin(
        count,
        [](std::size_t index) {
          return nlohmann::json{{"index", index}};
        },
        [this](std::size_t index, evaluation::Outcome outcome) {
          repeated += outcomes.contains(index);
          outcomes[index] = std::move(outcome);
        },
        now);
    dispatcher.on_time(now);
  }

  /// Begins a block that grows.
  void begin_open() {
    begin(0);
    dispatcher.await_more(true);
    dispatcher.on_time(now);
  }
  /// Adds an evaluation.
  void add() {
    dispatcher.add();
    dispatcher.on_time(now);
  }

  /// A process writes a line, and what follows from it happens.
  void line(std::size_t process, const std::string& text) {
    dispatcher.on_line(process, text, now);
    dispatcher.on_time(now);
  }
  void hello(std::size_t process = 0, int slots = 1) {
    line(process, nlohmann::json{{"type", "hello"}, {"protocol", 1}, {"slots", slots}}.dump());
  }
  void end(std::size_t process, const std::string& reason, bool clean = false) {
    processes.stop(process);
    dispatcher.on_end(process, {.reason = reason, .clean = clean}, now);
    dispatcher.on_time(now);
  }
  void pass(double seconds) {
    now += evaluation::command::to_duration(seconds);
    dispatcher.on_time(now);
  }
  /// Time passes in which nobody listens.
  void pass_unheard(double seconds) {
    dispatcher.excuse(evaluation::command::to_duration(seconds));
    pass(seconds);
  }

  /// The id of the last request that a process has for a candidate; 0 where it has none.
  std::uint64_t id_of(std::size_t index, std::size_t process = 0) const {
    std::uint64_t id = 0;
    for (const nlohmann::json& message : processes[process].received) {
      if (message.at("type") == "evaluate" && message.at("index") == index) id = message.at("id");
    }
    return id;
  }
  void answer(std::size_t index, double accuracy, std::size_t process = 0) {
    line(process, nlohmann::json{{"type", "result"},
                                 {"id", id_of(index, process)},
                                 {"metrics", {{"accuracy", accuracy}}}}
                      .dump());
  }
  void report(std::size_t index, int epoch, double accuracy, std::size_t process = 0) {
    line(process, nlohmann::json{{"type", "progress"},
                                 {"id", id_of(index, process)},
                                 {"epoch", epoch},
                                 {"metrics", {{"accuracy", accuracy}}}}
                      .dump());
  }
  std::size_t cancels(std::size_t process = 0) const {
    std::size_t count = 0;
    for (const nlohmann::json& message : processes[process].received) {
      count += message.at("type") == "cancel";
    }
    return count;
  }
};

}  // namespace evonas::tests
