#include "evaluation/latency/latency.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <torch/torch.h>

#include "evaluation/training/device.hpp"
#include "evaluation/training/network_module.hpp"
#include "graph/passes.hpp"

namespace evonas::evaluation {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFewestCalls = 20;
constexpr std::size_t kMostCalls = 100000;

bool is_faster(const LatencyResult& a, const LatencyResult& b) { return a.median_ms < b.median_ms; }

// Positions (from 0) of the order statistics that hold the median with 95 % confidence: the normal
// approximation of the binomial distribution.
std::pair<std::size_t, std::size_t> median_interval(std::size_t count) {
  const auto n = static_cast<double>(count);
  const double half = 1.96 * std::sqrt(n) / 2.0;
  const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(n / 2.0 - half)));
  const auto high = static_cast<std::size_t>(std::min(n - 1.0, std::ceil(n / 2.0 + half)));
  return {low, high};
}

LatencyResult summarise(std::vector<double> times) {
  std::ranges::sort(times);
  const auto [low, high] = median_interval(times.size());
  return {.median_ms = times[times.size() / 2],
          .low_ms = times[low],
          .high_ms = times[high],
          .calls = times.size()};
}

// Threads of LibTorch for the lifetime of this object; what was set before comes back.
class ThreadSetting {
 public:
  explicit ThreadSetting(std::int64_t threads) : before_(at::get_num_threads()) {
    at::set_num_threads(static_cast<int>(threads));
  }
  ~ThreadSetting() { at::set_num_threads(before_); }
  ThreadSetting(const ThreadSetting&) = delete;
  ThreadSetting& operator=(const ThreadSetting&) = delete;

 private:
  int before_;
};

template <class Call>
LatencyResult measure(Call call, const LatencyOptions& options) {
  const auto timed = [&] {
    const Clock::time_point begin = Clock::now();
    call();
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
  };
  const Clock::time_point begin = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  do {
    timed();
  } while (elapsed() < options.warmup_seconds);

  const double deadline = elapsed() + options.max_seconds;
  std::vector<double> times;
  std::size_t next_look = kFewestCalls;
  while (times.size() < kMostCalls) {
    times.push_back(timed());
    if (times.size() >= 3 && elapsed() > deadline) break;
    if (times.size() < next_look) continue;
    const LatencyResult result = summarise(times);
    if (result.high_ms - result.low_ms <= options.interval_width * result.median_ms) break;
    next_look = times.size() + times.size() / 4;
  }
  return summarise(std::move(times));
}

}  // namespace

void check_device(const LatencyOptions& options) { parse_device(options.device); }

LatencyResult measure_latency(const graph::Graph& network, const LatencyOptions& options) {
  try {
    const torch::Device device = parse_device(options.device);
    const ThreadSetting threads(options.threads);
    const torch::InferenceMode inference;
    const graph::Graph used = graph::inference_network(network);
    NetworkModule module(graph::fold_batch_normalization(used).graph, /*seed=*/0);
    module.to(device);
    module.eval();
    std::vector<torch::Tensor> inputs;
    for (const graph::Node& node : network.nodes()) {
      if (node.op != graph::kInput) continue;
      std::vector<std::int64_t> shape = {options.batch};
      shape.insert(shape.end(), node.shape.begin(), node.shape.end());
      torch::Tensor input = torch::zeros(shape);
      if (shape.size() == 4) input = input.contiguous(torch::MemoryFormat::ChannelsLast);
      inputs.push_back(input.to(device));
    }
    return measure(
        [&] {
          const torch::Tensor output = module.forward(inputs);
          if (device.is_cuda()) torch::cuda::synchronize(device.index());
        },
        options);
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    throw EvaluationError(
        fmt::format("the latency cannot be measured: {}", text.substr(0, text.find('\n'))));
  } catch (const std::bad_alloc&) {
    throw EvaluationError("the latency cannot be measured: out of memory; lower batch");
  }
}

LatencyResult measure_fastest(const graph::Graph& network, const LatencyOptions& options) {
  LatencyResult fastest = measure_latency(network, options);
  for (std::int64_t round = 1; round < options.rounds; ++round) {
    fastest = std::min(fastest, measure_latency(network, options), is_faster);
  }
  return fastest;
}

MeasuredLatency::MeasuredLatency(spaces::AnySpace space, spaces::NetworkInput input,
                                 LatencyOptions options, std::string metric)
    : space_(std::move(space)),
      input_(input),
      options_(std::move(options)),
      metric_(std::move(metric)) {
  check_device(options_);
}

std::vector<Metric> MeasuredLatency::metrics() const {
  return {{.name = metric_, .unit = "ms", .cost = CostClass::Expensive}};
}

void MeasuredLatency::evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                               std::stop_token stop) {
  std::vector<std::optional<LatencyResult>> fastest(block.size());
  std::vector<Outcome> outcomes(block.size());
  for (std::int64_t round = 1; round <= options_.rounds; ++round) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (stop.stop_requested()) return;
      const Clock::time_point begin = Clock::now();
      try {
        const LatencyResult result =
            measure_latency(space_.network(block[i].genotype, input_), options_);
        fastest[i] = std::min(result, fastest[i].value_or(result), is_faster);
      } catch (const EvaluationError& error) {
        outcomes[i].failure = error.what();
      }
      outcomes[i].seconds += std::chrono::duration<double>(Clock::now() - begin).count();
      if (round < options_.rounds) continue;
      if (outcomes[i].failure.empty()) {
        outcomes[i].metrics[metric_] = {
            .value = fastest[i]->median_ms, .low = fastest[i]->low_ms, .high = fastest[i]->high_ms};
      }
      sink(i, std::move(outcomes[i]));
    }
  }
}

}  // namespace evonas::evaluation
