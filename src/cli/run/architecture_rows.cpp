#include "cli/run/architecture_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "graph/cost.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

// Enough work for many threads, little enough to begin printing at once.
constexpr std::uint64_t kBlock = 4096;

/// RFC 4180: quotes around a field with commas or quotes, and those doubled.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field += c == '"' ? std::string(2, c) : std::string(1, c);
  return field + '"';
}

std::string row(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                const spaces::Genotype& genotype) {
  const graph::Cost cost = graph::cost(graph::inference_network(space.network(genotype, input)));
  return fmt::format("{},{},{},{},{}\n", csv_field(space.format(genotype)),
                     space.key(genotype).hex(), cost.parameters, cost.macs, cost.flops);
}

}  // namespace

void print_architectures(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                         std::uint64_t count,
                         const std::function<spaces::Genotype(std::uint64_t)>& at) {
  fmt::print("{}\n", kArchitectureColumns);
  std::vector<std::string> rows;
  for (std::uint64_t begin = 0; begin < count; begin += kBlock) {
    rows.assign(std::min(kBlock, count - begin), {});
    parallel_for(rows.size(), [&](std::size_t i) { rows[i] = row(space, input, at(begin + i)); });
    for (const std::string& text : rows) fmt::print("{}", text);
  }
}

}  // namespace evonas::cli
