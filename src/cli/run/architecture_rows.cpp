#include "cli/run/architecture_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "graph/cost.hpp"

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
  const graph::Cost cost = graph::cost(space.network(genotype, input));
  std::string text = fmt::format("{},{},{},{},{}", csv_field(space.format(genotype)),
                                 space.key(genotype).hex(), cost.parameters, cost.macs, cost.flops);
  for (const std::string& annotation : space.annotations(genotype)) {
    text += ',' + csv_field(annotation);
  }
  return text + '\n';
}

}  // namespace

void print_architectures(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                         std::uint64_t count,
                         const std::function<spaces::Genotype(std::uint64_t)>& at) {
  std::string header = "architecture,key,params,macs,flops";
  for (const std::string& name : space.annotation_names()) header += ',' + name;
  fmt::print("{}\n", header);
  std::vector<std::string> rows;
  for (std::uint64_t begin = 0; begin < count; begin += kBlock) {
    rows.assign(std::min(kBlock, count - begin), {});
    parallel_for(rows.size(), [&](std::size_t i) { rows[i] = row(space, input, at(begin + i)); });
    for (const std::string& text : rows) fmt::print("{}", text);
  }
}

}  // namespace evonas::cli
