#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "predictor/flow_graph.hpp"

namespace evonas::predictor {

/// Numbers that describe a graph, the same for isomorphic graphs: what predictors without a network
/// of their own read. For every operation: how many there are and how wide, how much of them lies
/// on paths from input to output (the longest, the shortest, the mean path, the share of all), and
/// how deep they stand; for every pair of operations how often one reads the other; and numbers of
/// nodes, edges, paths and shortcuts.
///
/// From one thread at a time: memory is kept from one call to the next.
class GraphStatistics {
 public:
  /// For graphs whose operations are columns below `operations`.
  explicit GraphStatistics(std::size_t operations);

  std::size_t size() const { return size_; }
  /// What each number is, with operations by their column: "count(2)", "reads(3,2)".
  std::vector<std::string> names();

  /// Writes size() numbers.
  void compute(const FlowGraph& graph, std::span<double> numbers);

 private:
  class Writer;
  void write(const FlowGraph& graph, Writer& out);
  void count_operations(const FlowGraph& graph, Writer& out) const;
  void count_paths(const FlowGraph& graph, Writer& out);
  void measure_paths(const FlowGraph& graph, Writer& out);
  void count_pairs(const FlowGraph& graph, Writer& out);

  std::size_t operations_;
  std::size_t size_ = 0;
  // What count_paths() leaves for the others, by node.
  std::vector<double> reads_;     // how often it reads
  std::vector<double> readers_;   // how often it is read
  std::vector<double> ways_in_;   // paths from inputs to it
  std::vector<double> ways_out_;  // paths from it to what nobody reads
  double paths_ = 0.0;
  std::vector<double> by_node_and_operation_;
  std::vector<double> pairs_;
};

}  // namespace evonas::predictor
