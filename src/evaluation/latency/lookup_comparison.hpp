#pragma once

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <vector>

#include "evaluation/latency/latency.hpp"

namespace evonas::evaluation {

/// How far sums of a look-up table are from measurements of whole networks.
struct LookupComparison {
  std::vector<double> measured_ms;
  std::vector<double> looked_up_ms;
  /// Mean of looked_up / measured: adding operations up counts what starting an operation costs,
  /// but not what neighbours in a network do to each other's caches.
  double mean_ratio = 0.0;
  double mean_error_percent = 0.0;  ///< mean of |looked_up - measured| / measured
  /// The same after dividing all sums by `mean_ratio`, which one measured network would tell.
  double calibrated_error_percent = 0.0;
  double kendall_tau = 0.0;  ///< tau-b of the two rankings
};

/// Measures `networks` random architectures whole and by `lookup`, one at a time; operations that
/// the table lacks are measured. Stops early where `stop` is requested. Throws EvaluationError.
LookupComparison compare_lookup(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                                LatencyLookup& lookup, std::size_t networks, std::uint64_t seed,
                                const std::stop_token& stop);

}  // namespace evonas::evaluation
