#include "cli/run/latency_networks.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/csv_field.hpp"
#include "base/quoted.hpp"
#include "cli/run/appended_csv.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/compressed_file.hpp"
#include "evaluation/table/csv.hpp"
#include "graph/cost.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

constexpr const char* kLatencyColumns =
    "family,architecture,latency_ms,low_ms,high_ms,params,flops,memory_access_bytes,nodes";

LatencyRow latency_row(const std::filesystem::path& file, std::span<const std::string> fields) {
  const auto real = [&](std::size_t i) { return number_of<double>(file, fields[i]); };
  const auto whole = [&](std::size_t i) { return number_of<std::int64_t>(file, fields[i]); };
  return {.family = fields[0],
          .architecture = fields[1],
          .latency = {.median_ms = real(2), .low_ms = real(3), .high_ms = real(4)},
          .costs = {.parameters = whole(5),
                    .flops = whole(6),
                    .memory_access_bytes = whole(7),
                    .nodes = static_cast<std::size_t>(whole(8))}};
}

}  // namespace

NetworkCosts network_costs(const graph::Graph& network) {
  const graph::Cost published = graph::cost(network);
  const graph::Graph measured = graph::folded_network(network);
  const graph::Cost cost = graph::cost(measured);
  constexpr std::int64_t kBytes = 4;
  const auto operations = std::ranges::count_if(
      measured.nodes(), [](const graph::Node& node) { return node.op != graph::kInput; });
  return {.parameters = published.parameters,
          .flops = published.flops,
          .memory_access_bytes = cost.activation_bytes + kBytes * cost.parameters,
          .nodes = static_cast<std::size_t>(operations)};
}

void write_latency_rows(std::span<const LatencyRow> rows, const std::filesystem::path& file) {
  std::string text = fmt::format("{}\n", kLatencyColumns);
  for (const LatencyRow& row : rows) {
    text += fmt::format("{},{},{:.6f},{:.6f},{:.6f},{},{},{},{}\n", csv_field(row.family),
                        csv_field(row.architecture), row.latency.median_ms, row.latency.low_ms,
                        row.latency.high_ms, row.costs.parameters, row.costs.flops,
                        row.costs.memory_access_bytes, row.costs.nodes);
  }
  write_compressed(file, text);
}

LatencyNetworks read_latency_networks(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kLatencyRowsFile;
  if (!std::filesystem::exists(file)) {
    throw FileError(
        fmt::format("{} does not exist: make it with 'evonas latency build'", file.string()));
  }
  LatencyNetworks networks{.families =
                               families_of(config::load_latency_recipe(folder / "recipe.yaml"))};
  evaluation::read_csv(
      file,
      [&](std::span<const std::string> columns) {
        if (fmt::format("{}", fmt::join(columns, ",")) == kLatencyColumns) return;
        throw evaluation::EvaluationError(
            fmt::format("{}, line 1: expected the columns {}", file.string(), kLatencyColumns));
      },
      [&](std::span<const std::string> fields, std::size_t line) {
        const auto known = std::ranges::find(networks.families, fields[0], &NetworkFamily::name);
        if (known == networks.families.end()) {
          throw evaluation::EvaluationError(fmt::format("{}, line {}: the recipe has no family {}",
                                                        file.string(), line,
                                                        evonas::quoted(fields[0])));
        }
        networks.rows.push_back(latency_row(file, fields));
      });
  return networks;
}

}  // namespace evonas::cli
