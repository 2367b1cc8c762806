#include "evaluation/command/command_evaluator.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <utility>

#include "base/json.hpp"
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

  nlohmann::json request(const Candidate& candidate) const {
    return command::architecture_message(space, input, options.architecture, candidate);
  }

  /// Serves the block that the dispatcher has begun until it is done. Where `add_one` is given it
  /// is called whenever there is room for one more, until it has none to add.
  void serve(const std::function<bool()>& add_one, const std::stop_token& stop);

  /// Calls something of the search, which may take long: a predictor may learn before the next
  /// candidate is chosen. Nobody listens to the processes meanwhile.
  template <class Call>
  void leave(const Call& call) {
    const command::TimePoint begin = command::Clock::now();
    call();
    unheard += command::Clock::now() - begin;
  }

  spaces::AnySpace space;
  std::optional<spaces::NetworkInput> input;
  std::vector<Metric> metrics;
  CommandOptions options;
  CommandListener listener;
  command::ProcessPool pool;
  command::Dispatcher dispatcher;
  command::Clock::duration unheard{};  ///< time since the last pump() in which nobody listened
};

void CommandEvaluator::State::serve(const std::function<bool()>& add_one,
                                    const std::stop_token& stop) {
  using std::chrono::milliseconds;
  const std::stop_callback wake(stop, [&] { pool.wake(); });
  bool more = add_one != nullptr;
  dispatcher.await_more(more);
  unheard = command::Clock::duration::zero();
  command::TimePoint now = pool.pump(milliseconds::zero(), dispatcher);
  while (!stop.stop_requested()) {
    dispatcher.on_time(now);
    const bool adds = more && dispatcher.has_room(now);
    if (adds) {
      leave([&] { more = add_one(); });
      dispatcher.await_more(more);
    }
    if (dispatcher.done() && !more) break;
    const milliseconds wait =
        adds ? milliseconds::zero() : time_until(dispatcher.next_due(now), now);
    dispatcher.excuse(std::exchange(unheard, command::Clock::duration::zero()));
    now = pool.pump(wait, dispatcher);
  }
  dispatcher.abandon(now);
  // Cancellations are on their way before the next block comes, which may take long.
  pool.pump(milliseconds::zero(), dispatcher);
}

CommandEvaluator::CommandEvaluator(spaces::AnySpace space,
                                   std::optional<spaces::NetworkInput> input,
                                   std::vector<Metric> metrics, CommandOptions options,
                                   CommandListener listener)
    : state_(std::make_unique<State>(std::move(space), input, std::move(metrics),
                                     std::move(options), std::move(listener))) {}

CommandEvaluator::~CommandEvaluator() = default;

std::vector<Metric> CommandEvaluator::metrics() const { return state_->metrics; }

void CommandEvaluator::recall(std::span<const Outcome> outcomes) {
  state_->dispatcher.recall(outcomes);
}

void CommandEvaluator::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                                std::stop_token stop) {
  State& state = *state_;
  state.dispatcher.begin(
      block.size(), [&](std::size_t index) { return state.request(block[index]); },
      [&](std::size_t index, Outcome outcome) {
        state.leave([&] { sink(index, std::move(outcome)); });
      },
      command::Clock::now());
  state.serve({}, stop);
}

void CommandEvaluator::evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                                     const std::stop_token& stop) {
  State& state = *state_;
  std::map<std::size_t, Candidate> under_way;
  std::size_t added = 0;
  state.dispatcher.begin(
      0, [&](std::size_t index) { return state.request(under_way.at(index)); },
      [&](std::size_t index, Outcome outcome) {
        under_way.erase(index);
        state.leave([&] { sink(index, std::move(outcome)); });
      },
      command::Clock::now());
  const auto add_one = [&] {
    std::optional<Candidate> candidate = next();
    if (!candidate) return false;
    under_way.emplace(added++, std::move(*candidate));
    state.dispatcher.add();
    return true;
  };
  state.serve(add_one, stop);
}

}  // namespace evonas::evaluation
