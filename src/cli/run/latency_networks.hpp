#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cli/run/network_family.hpp"
#include "evaluation/latency/latency.hpp"

namespace evonas::cli {

/// What a network costs, exactly.
struct NetworkCosts {
  std::int64_t parameters = 0;
  std::int64_t flops = 0;  ///< as graph::Cost counts them
  /// Every activation that is written and every weight that is read, in float32, of the network as
  /// it is measured: with BatchNormalization folded.
  std::int64_t memory_access_bytes = 0;
  std::size_t nodes = 0;  ///< operations of that network
};

/// The costs of NetworkFamily::network(). Throws GraphError.
NetworkCosts network_costs(const graph::Graph& network);

/// One network of a latency benchmark.
struct LatencyRow {
  std::string family;
  std::string architecture;  ///< in the notation of the family's space
  evaluation::LatencyResult latency;
  NetworkCosts costs;
};

/// The file of the rows in the folder of a latency benchmark.
inline constexpr const char* kLatencyRowsFile = "networks.csv.gz";

/// Writes rows as gzip-compressed CSV: `family,architecture,latency_ms,low_ms,high_ms,params,flops,
/// memory_access_bytes,nodes`. The same rows give the same bytes. Throws FileError.
void write_latency_rows(std::span<const LatencyRow> rows, const std::filesystem::path& file);

/// A latency benchmark: `rows` by family, in each in a random order.
struct LatencyNetworks {
  std::vector<NetworkFamily> families;  ///< by name
  std::vector<LatencyRow> rows;
};

/// Reads the folder of a latency benchmark that build_latency() has written. Throws FileError where
/// it is none, EvaluationError where it is damaged, yaml::YamlError, SpaceError.
LatencyNetworks read_latency_networks(const std::filesystem::path& folder);

}  // namespace evonas::cli
