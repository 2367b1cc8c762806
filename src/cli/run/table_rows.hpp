#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/run/label_file.hpp"
#include "evaluation/latency/latency.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// Everything that the rows of a table are made of.
struct TableRows {
  const spaces::AnySpace& space;
  spaces::NetworkInput input;
  std::span<const spaces::Genotype> networks;
  std::span<const Label> labels;
  /// Measured whole, of some networks, by architecture.
  const std::map<std::string, evaluation::LatencyResult>& latencies;
  std::vector<double> looked_up;  ///< of every network
  std::int64_t repeats = 1;
};

/// Writes the table as gzip-compressed CSV, one row a network in the order of their notation:
/// `architecture`, for each repeat `accuracy_R`, `loss_R` and `test_accuracy_R`, then
/// `train_seconds`, `params`, `flops`, `latency_ms` (looked up) and `measured_latency_ms`. Networks
/// whose first training is not there have no row. The same rows give the same bytes. Throws
/// FileError.
void write_table(const TableRows& rows, const std::filesystem::path& file);

}  // namespace evonas::cli
