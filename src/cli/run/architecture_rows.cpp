#include "cli/run/architecture_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "base/csv_field.hpp"
#include "base/parallel.hpp"
#include "graph/cost.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

// Enough work for many threads, little enough to begin printing at once.
constexpr std::uint64_t kBlock = 4096;

std::string row(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                const spaces::Genotype& genotype) {
  const graph::Cost cost = graph::cost(graph::inference_network(space.network(genotype, input)));
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
