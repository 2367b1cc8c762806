#pragma once

#include <string>
#include <vector>

#include "graph/pytorch.hpp"

namespace evonas::graph {

/// What one node becomes: layers, and an expression over its operands that applies them.
struct PyTorchStep {
  std::vector<PyTorchLayer> layers;
  std::string expression;
};

/// The step of a node called `name` whose operands are the variables `operands`. Throws GraphError
/// where the operator has no PyTorch form.
PyTorchStep pytorch_step(const Graph& graph, NodeId id, const std::string& name,
                         const std::vector<std::string>& operands, PyTorchLanguage language);

}  // namespace evonas::graph
