#include "evaluation/simulated_fleet.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "base/processor_time.hpp"
#include "base/random.hpp"
#include "evaluation/candidate_feed.hpp"

namespace evonas::evaluation {
namespace {

/// Nine in ten values of a normal distribution are at most so many deviations from its middle.
constexpr double kNineInTen = 1.6448536269514722;

/// An evaluation that is under way: it ends at a second of the clock.
struct UnderWay {
  double end = 0.0;
  std::size_t number = 0;
  Outcome outcome;
};

/// The one that ends last; of several the last handed out.
bool ends_later(const UnderWay& a, const UnderWay& b) {
  return std::tie(a.end, a.number) > std::tie(b.end, b.number);
}

}  // namespace

SimulatedFleet::SimulatedFleet(std::shared_ptr<Evaluator> labels, const FleetOptions& options)
    : labels_(std::move(labels)), options_(options), left_at_(process_seconds()) {
  const auto is_share = [](double value) { return value >= 0.0 && value <= 1.0; };
  if (options.workers >= 1 && options.seconds > 0.0 && options.spread >= 1.0 &&
      options.timeout > 0.0 && is_share(options.failures) && is_share(options.silent)) {
    return;
  }
  throw EvaluationError(fmt::format(
      "a fleet has at least one worker, a median and a timeout above 0 s, a spread of at least 1 "
      "and shares from 0 to 1, not {} workers, {} s, {} s, a spread of {} and shares of {} and {}",
      options.workers, options.seconds, options.timeout, options.spread, options.failures,
      options.silent));
}

std::vector<Metric> SimulatedFleet::metrics() const {
  std::vector<Metric> metrics = labels_->metrics();
  for (Metric& metric : metrics) metric.cost = CostClass::Expensive;
  return metrics;
}

void SimulatedFleet::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                              std::stop_token stop) {
  evaluate_each(feed_of(block), sink, stop);
}

void SimulatedFleet::evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                                   const std::stop_token& stop) {
  // What the driver did since the last block.
  driver_free_at_ = std::max(driver_free_at_, clock_) + process_seconds() - left_at_;
  const auto workers = static_cast<std::size_t>(options_.workers);
  std::vector<UnderWay> queue;  // a heap, the one that ends first at its front
  std::size_t begun = 0;
  bool more = true;
  while (!stop.stop_requested()) {
    std::optional<Candidate> candidate;
    if (more && queue.size() < workers) wait_for_driver([&] { candidate = next(); });
    if (candidate) {
      waited_ += driver_free_at_ - clock_;
      Outcome outcome = outcome_of(*candidate);
      held_.emplace_back(clock_, clock_ + outcome.seconds);
      queue.push_back({held_.back().second, begun++, std::move(outcome)});
      std::ranges::push_heap(queue, ends_later);
      continue;
    }
    if (queue.size() < workers) more = false;
    if (queue.empty()) break;
    std::ranges::pop_heap(queue, ends_later);
    UnderWay done = std::move(queue.back());
    queue.pop_back();
    clock_ = done.end;
    wait_for_driver([&] { sink(done.number, std::move(done.outcome)); });
  }
  left_at_ = process_seconds();
}

/// Does what the driver has to do, and counts the time it takes.
template <class Call>
void SimulatedFleet::wait_for_driver(const Call& call) {
  const double begin = process_seconds();
  call();
  driver_free_at_ = std::max(driver_free_at_, clock_) + process_seconds() - begin;
}

/// What becomes of a candidate, and how long that takes.
Outcome SimulatedFleet::outcome_of(const Candidate& candidate) const {
  Rng rng(candidate.seed, "simulated fleet");
  const double deviation = std::log(options_.spread) / (2.0 * kNineInTen);
  const double seconds = options_.seconds * std::exp(deviation * rng.normal());
  if (rng.chance(options_.silent) || seconds > options_.timeout) {
    return {.failure = fmt::format("timeout: no result within {} s", options_.timeout),
            .seconds = options_.timeout};
  }
  if (rng.chance(options_.failures)) {
    return {.failure = "failed: the worker says no", .seconds = rng.uniform() * seconds};
  }
  Outcome outcome;
  labels_->evaluate({&candidate, 1},
                    [&](std::size_t /*index*/, Outcome label) { outcome = std::move(label); }, {});
  outcome.seconds = seconds;
  return outcome;
}

FleetUse SimulatedFleet::use() const {
  FleetUse use{.seconds = clock_};
  if (held_.empty()) return use;
  // Handed out in the order of the clock.
  const double last = held_.back().first;
  double busy = 0.0;
  for (const auto& [begin, end] : held_) busy += std::min(end, last) - begin;
  const double all = static_cast<double>(options_.workers) * last + waited_;
  use.busy = all > 0.0 ? busy / all : 1.0;
  return use;
}

}  // namespace evonas::evaluation
