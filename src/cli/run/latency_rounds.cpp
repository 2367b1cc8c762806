#include "cli/run/latency_rounds.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/run/build_progress.hpp"
#include "cli/run/torch_module.hpp"

namespace evonas::cli {
namespace {

/// Nothing, and a warning, where it cannot be measured.
std::optional<evaluation::LatencyResult> try_to_measure(const MeasuredNetwork& network,
                                                        const evaluation::LatencyOptions& options,
                                                        Log& log) {
  const auto warn = [&](const std::exception& error) {
    log.warn(fmt::format("left out: {}: {}", network.architecture, error.what()));
  };
  try {
    return torch_module().measure_network(network.network(), options);
  } catch (const evaluation::EvaluationError& error) {
    warn(error);
  } catch (const graph::GraphError& error) {
    warn(error);
  }
  return std::nullopt;
}

}  // namespace

MeasuredRounds measure_in_rounds(std::span<const MeasuredNetwork> networks,
                                 const evaluation::LatencyOptions& options, Log& log,
                                 const std::stop_token& stop) {
  std::size_t before = 0;
  for (const MeasuredNetwork& network : networks) {
    before += static_cast<std::size_t>(
        std::min(network.file->rounds(network.architecture), options.rounds));
  }
  const std::size_t all = networks.size() * static_cast<std::size_t>(options.rounds);
  MeasuredRounds result;
  if (before == all) return result;
  torch_module().check_measuring(options);
  BuildProgress progress(log, "measurements", before, all);
  evaluation::LatencyOptions once = options;
  once.rounds = 1;
  std::vector<bool> failed(networks.size(), false);
  std::size_t done = 0;
  for (std::int64_t round = 1; round <= options.rounds; ++round) {
    for (std::size_t i = 0; i < networks.size(); ++i) {
      if (stop.stop_requested()) {
        result.complete = false;
        return result;
      }
      const MeasuredNetwork& network = networks[i];
      if (network.file->rounds(network.architecture) >= round) continue;
      if (!failed[i]) {
        const auto measured = try_to_measure(network, once, log);
        if (measured) {
          network.file->append(network.architecture, *measured);
        } else {
          failed[i] = true;
          ++result.failures;
        }
      }
      progress.tell(++done);
    }
  }
  return result;
}

}  // namespace evonas::cli
