#include <utility>

#include "spaces/declared/planner.hpp"

namespace evonas::spaces::declared {

// The part of the planner that lays out cells.

std::size_t Planner::add_cell(const Meaning& meaning, std::int64_t channels, std::int64_t stride) {
  const Cell& cell = *meaning.cell;
  const CellGenes& genes = model_.genes.cells.at(meaning.word);
  const bool on_edges = cell.operations_on == "edges";
  std::vector<std::optional<std::size_t>> nodes;
  for (const std::size_t input : cell_inputs(cell, channels, on_edges ? 1 : stride)) {
    nodes.emplace_back(input);
  }
  if (on_edges) {
    add_nodes_with_edge_operations(cell, genes, channels, stride, nodes);
  } else {
    add_nodes_with_operations(cell, genes, channels, nodes);
  }

  std::optional<std::size_t> output = nodes.back();
  if (cell.output != "last") {
    std::vector<std::size_t> held;
    for (auto i = static_cast<std::size_t>(cell.inputs); i < nodes.size(); ++i) {
      if (nodes[i]) held.push_back(*nodes[i]);
    }
    output = combine(cell.output, std::move(held));
  }
  if (output) return *output;
  // Nothing leads from the inputs to the output.
  return add_step({.operation = Operation::None,
                   .inputs = values_[previous_].channels,
                   .channels = values_[previous_].channels,
                   .stride = stride},
                  {previous_});
}

/// The values that a cell reads, brought to its width and to one size.
std::vector<std::size_t> Planner::cell_inputs(const Cell& cell, std::int64_t channels,
                                              std::int64_t stride) {
  std::vector<std::size_t> inputs{previous_};
  if (cell.inputs == 2) inputs.insert(inputs.begin(), before_);
  const std::int64_t reduction = values_[previous_].reduction * stride;
  for (std::size_t& input : inputs) {
    const Value value = values_[input];
    if (value.channels == channels && value.reduction == reduction) continue;
    input = add_step(projection(value.channels, channels, reduction / value.reduction), {input});
  }
  return inputs;
}

void Planner::add_nodes_with_edge_operations(const Cell& cell, const CellGenes& genes,
                                             std::int64_t channels, std::int64_t stride,
                                             std::vector<std::optional<std::size_t>>& nodes) {
  const auto inputs = static_cast<std::size_t>(cell.inputs);
  const std::vector<Edge> edges = edges_of(cell);
  std::size_t at = 0;
  for (std::size_t node = inputs; node < inputs + static_cast<std::size_t>(cell.nodes); ++node) {
    std::vector<std::size_t> operands;
    for (; at < edges.size() && edges[at].target == node; ++at) {
      const std::size_t source = edges[at].source;
      const Meaning& meaning = model_.words.find(choose(cell.operations, genes.edges[at]))->second;
      if (meaning.operation == Operation::None || !nodes[source]) continue;
      operands.push_back(add_operation(meaning, nullptr, nullptr, *nodes[source], channels,
                                       source < inputs ? stride : 1));
    }
    nodes.push_back(combine(cell.combine, std::move(operands)));
  }
}

void Planner::add_nodes_with_operations(const Cell& cell, const CellGenes& genes,
                                        std::int64_t channels,
                                        std::vector<std::optional<std::size_t>>& nodes) {
  const auto inputs = static_cast<std::size_t>(cell.inputs);
  const std::vector<Edge> edges = edges_of(cell);
  std::size_t at = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(cell.nodes); ++i) {
    std::vector<std::size_t> operands;
    for (; at < edges.size() && edges[at].target == inputs + i; ++at) {
      const bool there = !genes.edges[at] || option(genes.edges[at]) == 1;
      if (there && nodes[edges[at].source]) operands.push_back(*nodes[edges[at].source]);
    }
    const Meaning& meaning = model_.words.find(choose(cell.operations, genes.nodes[i]))->second;
    std::optional<std::size_t> x = combine(cell.combine, std::move(operands));
    if (x) x = add_operation(meaning, nullptr, nullptr, *x, channels, 1);
    nodes.push_back(x);
  }
}

std::optional<std::size_t> Planner::combine(const std::string& how,
                                            std::vector<std::size_t> operands) {
  if (operands.empty()) return std::nullopt;
  if (operands.size() == 1) return operands.front();
  Layer layer{.operation = how == "sum" ? Operation::Sum : Operation::Concat};
  for (const std::size_t operand : operands) {
    if (how == "concat" || layer.channels == 0) layer.channels += values_[operand].channels;
  }
  return add_step(std::move(layer), std::move(operands));
}

}  // namespace evonas::spaces::declared
