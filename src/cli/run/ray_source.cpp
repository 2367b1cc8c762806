#include "cli/run/ray_source.hpp"

#include <functional>
#include <stop_token>
#include <string>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/config/space_section.hpp"
#include "evaluation/command/dispatcher.hpp"

namespace evonas::cli {
namespace {

/// The worker watches each evaluation itself, from when it begins on a node; what waits in Ray for
/// a free place is not late.
constexpr double kNeverLate = 1e9;
/// Between two signs of life of the worker, which gives one every few seconds.
constexpr double kLongestSilence = 120.0;
/// For Ray to end the process of a task.
constexpr double kCancelSeconds = 60.0;

/// Runs `evaluate` with a sink that keeps back what failed for want of a process, and stops it
/// then.
void without_lost_processes(
    const evaluation::OutcomeSink& sink, const std::stop_token& stop,
    const std::function<void(const evaluation::OutcomeSink&, const std::stop_token&)>& evaluate) {
  std::stop_source own;
  const std::stop_callback forward(stop, [&] { own.request_stop(); });
  std::string lost;
  const auto receive = [&](std::size_t index, evaluation::Outcome outcome) {
    if (!evaluation::command::is_without_process(outcome.failure)) {
      sink(index, std::move(outcome));
      return;
    }
    lost = std::move(outcome.failure);
    own.request_stop();
  };
  evaluate(receive, own.get_token());
  if (lost.empty()) return;
  throw evaluation::EvaluationError(
      fmt::format("nothing can be evaluated on Ray: {}; the log has more. Once that is mended, "
                  "`evonas resume` goes on with this run",
                  lost));
}

}  // namespace

evaluation::CommandOptions ray_command(const config::RaySection& section,
                                       const config::AnySpaceSection& space) {
  const auto [name, words] = config::words_of(space);
  nlohmann::json options{{"num_cpus", section.num_cpus}};
  if (section.num_gpus > 0.0) options["num_gpus"] = section.num_gpus;
  if (!section.resources.empty()) options["resources"] = section.resources;
  const nlohmann::json argument{{"function", section.function},
                                {"data", section.data},
                                {"space", name},
                                {"space_words", words},
                                {"address", section.address},
                                {"working_dir", section.working_dir},
                                {"most", section.most},
                                {"options", options},
                                {"timeout_seconds", section.timeout_seconds},
                                {"retries", section.retries},
                                {"start_seconds", section.start_seconds}};
  evaluation::CommandOptions command;
  command.command = {section.python, "-m", "evonas.ray_worker", argument.dump()};
  command.folder = section.folder;
  command.processes = 1;
  // The worker gives up a little earlier, and says why.
  command.start_seconds = section.start_seconds + 30.0;
  command.timeout_seconds = kNeverLate;
  command.heartbeat_seconds = kLongestSilence;
  command.cancel_seconds = kCancelSeconds;
  command.retries = section.retries;
  // The worker itself waits for its cluster: started again to no avail, it has another fault.
  command.backoff_seconds = 0.1;
  command.early_stopping = section.early_stopping;
  return command;
}

void RaySource::evaluate(std::span<const evaluation::Candidate> block,
                         const evaluation::OutcomeSink& sink, std::stop_token stop) {
  without_lost_processes(sink, stop, [&](const auto& receive, const std::stop_token& own) {
    command_->evaluate(block, receive, own);
  });
}

void RaySource::evaluate_each(const evaluation::CandidateFeed& next,
                              const evaluation::OutcomeSink& sink, const std::stop_token& stop) {
  without_lost_processes(sink, stop, [&](const auto& receive, const std::stop_token& own) {
    command_->evaluate_each(next, receive, own);
  });
}

}  // namespace evonas::cli
