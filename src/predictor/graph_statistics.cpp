#include "predictor/graph_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace evonas::predictor {
namespace {

constexpr std::size_t kNoOperation = std::numeric_limits<std::size_t>::max();
constexpr double kNone = -1.0;  // a length or depth of what is not there
constexpr double kFar = 1e9;

}  // namespace

/// Takes numbers in their order and keeps their values, or, given `names`, what they are.
class GraphStatistics::Writer {
 public:
  explicit Writer(std::span<double> values) : values_(values) {}
  explicit Writer(std::vector<std::string>& names) : names_(&names) {}

  /// How many numbers have been written.
  std::size_t written() const { return written_; }

  void add(double value, const char* what, std::size_t operation = kNoOperation,
           std::size_t reader = kNoOperation) {
    if (written_ < values_.size()) values_[written_] = value;
    ++written_;
    if (names_ == nullptr) return;
    std::string name = operation == kNoOperation ? what : fmt::format("{}({}", what, operation);
    if (reader != kNoOperation) name += fmt::format(",{}", reader);
    if (operation != kNoOperation) name.push_back(')');
    names_->push_back(std::move(name));
  }

 private:
  std::span<double> values_;
  std::size_t written_ = 0;
  std::vector<std::string>* names_ = nullptr;
};

GraphStatistics::GraphStatistics(std::size_t operations) : operations_(operations) {
  Writer counter{std::span<double>()};
  write({}, counter);
  size_ = counter.written();
}

std::vector<std::string> GraphStatistics::names() {
  std::vector<std::string> names;
  Writer out(names);
  write({}, out);
  return names;
}

void GraphStatistics::compute(const FlowGraph& graph, std::span<double> numbers) {
  Writer out(numbers);
  write(graph, out);
}

void GraphStatistics::write(const FlowGraph& graph, Writer& out) {
  count_operations(graph, out);
  count_paths(graph, out);
  measure_paths(graph, out);
  count_pairs(graph, out);
}

void GraphStatistics::count_operations(const FlowGraph& graph, Writer& out) const {
  out.add(static_cast<double>(graph.nodes()), "nodes");
  out.add(static_cast<double>(graph.edges.size()), "edges");
  for (std::size_t operation = 0; operation < operations_; ++operation) {
    double count = 0.0;
    double width = 0.0;
    double square = 0.0;
    double widest = 0.0;
    for (std::size_t node = 0; node < graph.nodes(); ++node) {
      if (graph.operations[node] != operation) continue;
      const double own = graph.widths[node];
      count += 1.0;
      width += own;
      square += own * own;
      widest = std::max(widest, own);
    }
    out.add(count, "count", operation);
    out.add(width, "width", operation);
    out.add(square, "squared_width", operation);
    out.add(widest, "widest", operation);
  }
}

void GraphStatistics::count_paths(const FlowGraph& graph, Writer& out) {
  const std::size_t nodes = graph.nodes();
  reads_.assign(nodes, 0.0);
  readers_.assign(nodes, 0.0);
  for (const auto [from, to, count] : graph.edges) {
    readers_[from] += count;
    reads_[to] += count;
  }
  // A node that neither reads nor is read is on no path.
  ways_in_.assign(nodes, 0.0);
  ways_out_.assign(nodes, 0.0);
  for (std::size_t node = 0; node < nodes; ++node) {
    if (reads_[node] == 0.0 && readers_[node] > 0.0) ways_in_[node] = 1.0;
    if (readers_[node] == 0.0 && reads_[node] > 0.0) ways_out_[node] = 1.0;
  }
  for (const auto [from, to, count] : graph.edges) ways_in_[to] += count * ways_in_[from];
  for (std::size_t i = graph.edges.size(); i-- > 0;) {
    const auto [from, to, count] = graph.edges[i];
    ways_out_[from] += count * ways_out_[to];
  }
  paths_ = 0.0;
  for (std::size_t node = 0; node < nodes; ++node) {
    if (readers_[node] == 0.0) paths_ += ways_in_[node];
  }
  out.add(std::log1p(paths_), "log_paths");
  out.add(nodes == 0 ? 0.0 : *std::ranges::max_element(reads_), "most_read");
  out.add(nodes == 0 ? 0.0 : *std::ranges::max_element(readers_), "most_readers");
}

void GraphStatistics::measure_paths(const FlowGraph& graph, Writer& out) {
  const std::size_t nodes = graph.nodes();
  // Of every node, along the paths that lead to it: nodes of an operation on the one that has most
  // of them, on the one that has least, and on the mean of what it reads. The last operation stands
  // for all.
  const std::size_t kinds = operations_ + 1;
  by_node_and_operation_.assign(3 * nodes * kinds, 0.0);
  const std::span most(by_node_and_operation_.data(), nodes * kinds);
  const std::span least(most.data() + nodes * kinds, nodes * kinds);
  const std::span mean(least.data() + nodes * kinds, nodes * kinds);
  std::ranges::fill(least, kFar);
  std::size_t edge = 0;
  for (std::size_t node = 0; node < nodes; ++node) {
    for (; edge < graph.edges.size() && graph.edges[edge].to == node; ++edge) {
      const std::size_t from = graph.edges[edge].from;
      const double share = graph.edges[edge].count / reads_[node];
      for (std::size_t kind = 0; kind < kinds; ++kind) {
        const std::size_t before = from * kinds + kind;
        const std::size_t at = node * kinds + kind;
        most[at] = std::max(most[at], most[before]);
        least[at] = std::min(least[at], least[before]);
        mean[at] += share * mean[before];
      }
    }
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      const std::size_t at = node * kinds + kind;
      const double own = kind == operations_ || kind == graph.operations[node] ? 1.0 : 0.0;
      if (reads_[node] == 0.0) least[at] = 0.0;
      most[at] += own;
      least[at] += own;
      mean[at] += own;
    }
  }
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    double longest = kNone;
    double shortest = paths_ > 0.0 ? kFar : kNone;
    double average = 0.0;
    double share = 0.0;
    for (std::size_t node = 0; node < nodes; ++node) {
      if (kind == operations_ || kind == graph.operations[node]) {
        share += ways_in_[node] * ways_out_[node];
      }
      if (readers_[node] > 0.0 || reads_[node] == 0.0) continue;
      const std::size_t at = node * kinds + kind;
      longest = std::max(longest, most[at]);
      shortest = std::min(shortest, least[at]);
      average += mean[at];
    }
    out.add(longest, "longest_path", kind);
    out.add(shortest, "shortest_path", kind);
    out.add(average, "mean_path", kind);
    out.add(paths_ > 0.0 ? share / paths_ : 0.0, "on_paths", kind);
  }
}

void GraphStatistics::count_pairs(const FlowGraph& graph, Writer& out) {
  const std::size_t size = operations_ * operations_;
  pairs_.assign(3 * size, 0.0);
  const std::span counts(pairs_.data(), size);
  const std::span widths(counts.data() + size, size);
  const std::span shares(widths.data() + size, size);
  for (const auto [from, to, count] : graph.edges) {
    const std::size_t pair = graph.operations[from] * operations_ + graph.operations[to];
    counts[pair] += count;
    widths[pair] += graph.widths[from] * graph.widths[to];
    if (paths_ > 0.0) shares[pair] += ways_in_[from] * count * ways_out_[to] / paths_;
  }
  for (std::size_t operation = 0; operation < operations_; ++operation) {
    for (std::size_t reader = 0; reader < operations_; ++reader) {
      const std::size_t pair = operation * operations_ + reader;
      out.add(counts[pair], "reads", operation, reader);
      out.add(widths[pair], "width_read", operation, reader);
      out.add(shares[pair], "on_paths", operation, reader);
    }
  }
}

}  // namespace evonas::predictor
