#include "predictor/path_code.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "predictor/flow_graph.hpp"
#include "predictor/predictor_error.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kPathPool = 2000;        // random architectures that say what is frequent
constexpr std::size_t kMostPaths = 500;        // that are told apart
constexpr std::size_t kMostPathsToNode = 512;  // whole networks can have millions
constexpr std::size_t kPathChunk = 64;         // architectures in one task

/// The hash of a sequence with one more operation (the last steps are those of SplitMix64).
std::uint64_t extended(std::uint64_t sequence, std::uint32_t operation) {
  std::uint64_t hash = (sequence + operation + 1) * 0x9e3779b97f4a7c15U;
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31U);
}

void keep_each_once(std::vector<std::uint64_t>& hashes) {
  std::ranges::sort(hashes);
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

}  // namespace

PathCode::PathCode(ArchitectureView view) : view_(std::move(view)) {
  const std::vector<spaces::Genotype> pool =
      random_architectures(view_.space(), kPathPool, 1, "pool of architectures");
  vocabulary_ = operations_of(view_, pool);
  std::vector<std::vector<std::uint64_t>> paths(pool.size());
  parallel_for(
      pool.size(), [&](std::size_t i) { paths[i] = paths_of(pool[i]); }, kPathChunk);
  std::map<std::uint64_t, std::size_t> counts;
  for (const std::vector<std::uint64_t>& own : paths) {
    for (const std::uint64_t path : own) ++counts[path];
  }
  std::vector<std::pair<std::size_t, std::uint64_t>> frequent;
  for (const auto& [path, count] : counts) {
    if (count > 1 && count < pool.size()) frequent.emplace_back(count, path);
  }
  if (frequent.empty()) {
    throw PredictorError(
        fmt::format("{} random architectures of the space {} have no paths of operations by which "
                    "to compare them; choose another predictor",
                    kPathPool, view_.space().name()));
  }
  std::ranges::stable_sort(frequent, std::ranges::greater(),
                           &std::pair<std::size_t, std::uint64_t>::first);
  if (frequent.size() > kMostPaths) frequent.resize(kMostPaths);
  for (const auto& [count, path] : frequent) kept_.push_back(path);
  std::ranges::sort(kept_);
  KeyStream key;
  key.add(vocabulary_.key().hex());
  for (const std::uint64_t path : kept_) key.add(fmt::format(" {}", path));
  key_ = key.key();
}

std::vector<std::uint64_t> PathCode::paths_of(const spaces::Genotype& genotype) const {
  static const graph::OperationToken output = graph::operation_token("Output");
  graph::Tokens tokens;
  FlowReader reader;
  FlowGraph flow;
  view_.tokens(genotype, tokens);
  reader.read(tokens, vocabulary_, flow);
  // Cells end at their outputs, whatever else nobody reads; whole networks have no such operation.
  const std::size_t end = vocabulary_.column(output);
  const bool has_outputs = std::ranges::find(flow.operations, end) != flow.operations.end();
  std::vector<bool> is_read(flow.nodes(), false);
  for (const FlowGraph::Edge& read : flow.edges) is_read[read.from] = true;

  std::vector<std::vector<std::uint64_t>> to_node(flow.nodes());
  std::vector<std::uint64_t> paths;
  std::size_t edge = 0;
  for (std::size_t node = 0; node < flow.nodes(); ++node) {
    std::vector<std::uint64_t>& own = to_node[node];
    const std::uint32_t operation = flow.operations[node];
    const bool is_input = edge == flow.edges.size() || flow.edges[edge].to != node;
    if (is_input) own.push_back(extended(0, operation));
    for (; edge < flow.edges.size() && flow.edges[edge].to == node; ++edge) {
      for (const std::uint64_t path : to_node[flow.edges[edge].from]) {
        own.push_back(extended(path, operation));
      }
    }
    keep_each_once(own);
    if (own.size() > kMostPathsToNode) own.resize(kMostPathsToNode);
    const bool is_end = !is_input && (has_outputs ? operation == end : !is_read[node]);
    if (is_end) paths.insert(paths.end(), own.begin(), own.end());
  }
  keep_each_once(paths);
  return paths;
}

std::vector<float> PathCode::compute(std::span<const spaces::Genotype> block) const {
  std::vector<float> codes(block.size() * size(), 0.0F);
  parallel_for(
      block.size(),
      [&](std::size_t i) {
        for (const std::uint64_t path : paths_of(block[i])) {
          const auto found = std::ranges::lower_bound(kept_, path);
          if (found == kept_.end() || *found != path) continue;
          codes[i * size() + static_cast<std::size_t>(found - kept_.begin())] = 1.0F;
        }
      },
      kPathChunk);
  return codes;
}

}  // namespace evonas::predictor
