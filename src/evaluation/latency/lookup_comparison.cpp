#include "evaluation/latency/lookup_comparison.hpp"

#include <cmath>

#include "base/rank_correlation.hpp"

namespace evonas::evaluation {
namespace {

double mean_error(const LookupComparison& result, double ratio) {
  double sum = 0.0;
  for (std::size_t i = 0; i < result.measured_ms.size(); ++i) {
    sum += std::abs(result.looked_up_ms[i] / ratio - result.measured_ms[i]) / result.measured_ms[i];
  }
  return 100.0 * sum / static_cast<double>(result.measured_ms.size());
}

}  // namespace

LookupComparison compare_lookup(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                                LatencyLookup& lookup, std::size_t networks, std::uint64_t seed,
                                const std::stop_token& stop) {
  LookupComparison result;
  for (std::size_t i = 0; i < networks && !stop.stop_requested(); ++i) {
    Rng rng(seed, "compare look-up", 0, i);
    const graph::Graph network = space.network(space.sample(rng), input);
    result.looked_up_ms.push_back(lookup.latency_ms(network, /*measure_missing=*/true));
    result.measured_ms.push_back(measure_latency(network, lookup.options()).median_ms);
  }
  if (result.measured_ms.empty()) return result;
  for (std::size_t i = 0; i < result.measured_ms.size(); ++i) {
    result.mean_ratio += result.looked_up_ms[i] / result.measured_ms[i];
  }
  result.mean_ratio /= static_cast<double>(result.measured_ms.size());
  result.mean_error_percent = mean_error(result, 1.0);
  result.calibrated_error_percent = mean_error(result, result.mean_ratio);
  result.kendall_tau = kendall_tau_b(result.measured_ms, result.looked_up_ms);
  return result;
}

}  // namespace evonas::evaluation
