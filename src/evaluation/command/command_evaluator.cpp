#include "evaluation/command/command_evaluator.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "evaluation/command/architecture_message.hpp"
#include "evaluation/command/dispatcher.hpp"
#include "evaluation/command/messages.hpp"
#include "evaluation/command/process_pool.hpp"

namespace evonas::evaluation {
namespace {

/// Rounded up, so that what is due is due afterwards.
std::chrono::milliseconds time_until(command::TimePoint due, command::TimePoint now) {
  constexpr std::chrono::milliseconds kLong{1000};
  if (due - now >= kLong) return kLong;
  return std::chrono::ceil<std::chrono::milliseconds>(
      std::max(due - now, command::Clock::duration::zero()));
}

}  // namespace

struct CommandEvaluator::State {
  State(spaces::AnySpace the_space, std::optional<spaces::NetworkInput> the_input,
        std::vector<Metric> the_metrics, CommandOptions the_options, CommandListener the_listener)
      : space(std::move(the_space)),
        input(the_input),
        metrics(std::move(the_metrics)),
        options(std::move(the_options)),
        listener(std::move(the_listener)),
        pool(metrics.front().name, options, listener),
        dispatcher(options, metrics,
                   command::to_line(
                       command::hello_message(metrics, space.name(), input, options.message_bytes)),
                   pool, listener) {}

  spaces::AnySpace space;
  std::optional<spaces::NetworkInput> input;
  std::vector<Metric> metrics;
  CommandOptions options;
  CommandListener listener;
  command::ProcessPool pool;
  command::Dispatcher dispatcher;
};

CommandEvaluator::CommandEvaluator(spaces::AnySpace space,
                                   std::optional<spaces::NetworkInput> input,
                                   std::vector<Metric> metrics, CommandOptions options,
                                   CommandListener listener)
    : state_(std::make_unique<State>(std::move(space), input, std::move(metrics),
                                     std::move(options), std::move(listener))) {}

CommandEvaluator::~CommandEvaluator() = default;

std::vector<Metric> CommandEvaluator::metrics() const { return state_->metrics; }

void CommandEvaluator::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                                std::stop_token stop) {
  using std::chrono::milliseconds;
  State& state = *state_;
  command::Dispatcher& dispatcher = state.dispatcher;
  const std::stop_callback wake(stop, [&] { state.pool.wake(); });
  const auto request = [&](std::size_t index) {
    return command::architecture_message(state.space, state.input, state.options.architecture,
                                         block[index]);
  };
  dispatcher.begin(block.size(), request, sink, command::Clock::now());
  command::TimePoint now = state.pool.pump(milliseconds::zero(), dispatcher);
  while (!dispatcher.done() && !stop.stop_requested()) {
    dispatcher.on_time(now);
    if (dispatcher.done()) break;
    now = state.pool.pump(time_until(dispatcher.next_due(now), now), dispatcher);
  }
  dispatcher.abandon(now);
  // Cancellations are on their way before the next block comes, which may take long.
  state.pool.pump(milliseconds::zero(), dispatcher);
}

}  // namespace evonas::evaluation
