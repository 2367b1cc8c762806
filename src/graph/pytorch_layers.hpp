#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/pytorch.hpp"

namespace evonas::graph {

/// What one node becomes: layers, and an expression over its operands that applies them.
struct PyTorchStep {
  std::vector<PyTorchLayer> layers;
  std::string expression;
};

/// What the layers of a node may be called.
struct PyTorchNames {
  std::string own;  ///< of the node
  /// A name for a layer beside that of the node, which nothing else has.
  std::function<std::string(std::string_view suffix)> beside;
};

/// The step of a node whose operands are the variables `operands`. Throws GraphError where the
/// operator has no PyTorch form.
PyTorchStep pytorch_step(const Graph& graph, NodeId id, const PyTorchNames& names,
                         const std::vector<std::string>& operands, PyTorchLanguage language);

}  // namespace evonas::graph
