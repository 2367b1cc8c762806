#include "predictor/models/computation_batch.hpp"

#include <algorithm>
#include <numeric>

#include <torch/utils.h>

#include "base/parallel.hpp"
#include "predictor/models/graph_spectrum.hpp"
#include "predictor/models/tensor_of.hpp"

namespace evonas::predictor {
namespace {

/// The eigenvalues of one graph, ascending.
std::vector<double> eigenvalues_of(const ComputationGraph& graph) {
  const auto nodes = static_cast<std::int64_t>(graph.nodes());
  GraphBatch batch;
  batch.adjacency = torch::zeros({1, nodes, nodes});
  float* entries = batch.adjacency.mutable_data_ptr<float>();
  for (const auto [from, to] : graph.edges) {
    entries[std::int64_t{from} * nodes + std::int64_t{to}] = 1.0F;
  }
  const torch::Tensor values = laplacian_spectra(batch).flip({1}).contiguous();
  const float* first = values.const_data_ptr<float>();
  return {first, first + nodes};
}

torch::Tensor matrix_of(std::span<const float> values, std::int64_t columns) {
  torch::Tensor rows = torch::empty({static_cast<std::int64_t>(values.size()) / columns, columns});
  std::ranges::copy(values, rows.mutable_data_ptr<float>());
  return rows;
}

}  // namespace

ComputationBatch joined(std::span<const ComputationGraph> graphs,
                        std::span<const std::int64_t> numbers) {
  std::vector<std::int64_t> operators;
  std::vector<float> node_numbers;
  std::vector<std::int64_t> from;
  std::vector<std::int64_t> to;
  std::vector<std::int64_t> graph_of_node;
  std::vector<float> wholes;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const ComputationGraph& graph = graphs[static_cast<std::size_t>(numbers[i])];
    const auto first = static_cast<std::int64_t>(operators.size());
    operators.insert(operators.end(), graph.operators.begin(), graph.operators.end());
    node_numbers.insert(node_numbers.end(), graph.numbers.begin(), graph.numbers.end());
    for (const graph::Tokens::Edge& edge : graph.edges) {
      from.push_back(first + edge.from);
      to.push_back(first + edge.to);
    }
    graph_of_node.resize(operators.size(), static_cast<std::int64_t>(i));
    wholes.insert(wholes.end(), graph.whole.begin(), graph.whole.end());
  }
  return {.operators = index_of(operators),
          .numbers = matrix_of(node_numbers, kNodeNumbers),
          .from = index_of(from),
          .to = index_of(to),
          .graph = index_of(graph_of_node),
          .wholes = matrix_of(wholes, kWholeNumbers)};
}

ComputationBatch joined(std::span<const ComputationGraph> graphs) {
  std::vector<std::int64_t> numbers(graphs.size());
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return joined(graphs, numbers);
}

torch::Tensor spectra_of(std::span<const ComputationGraph> graphs, std::int64_t count) {
  const auto columns = static_cast<std::size_t>(count);
  std::vector<float> rows(graphs.size() * columns);
  parallel_for(graphs.size(), [&](std::size_t i) {
    std::ranges::copy(spectrum_quantiles(eigenvalues_of(graphs[i]), columns),
                      rows.begin() + static_cast<std::ptrdiff_t>(i * columns));
  });
  return matrix_of(rows, count);
}

}  // namespace evonas::predictor
