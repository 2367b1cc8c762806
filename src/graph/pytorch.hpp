#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"
#include "graph/weights.hpp"

namespace evonas::graph {

/// One submodule of a network in PyTorch.
struct PyTorchLayer {
  std::string name;         ///< attribute of the network: "conv_3"
  std::string constructor;  ///< Python: "nn.Conv2d(3, 16, kernel_size=3, padding=1)"
  std::string script;       ///< TorchScript: what its forward(self, x) returns
  std::vector<WeightSlot> weights;
};

enum class PyTorchLanguage {
  Python,      ///< over layers that `constructor` makes
  TorchScript  ///< over layers that `script` computes
};

/// A network as PyTorch runs it.
struct PyTorchNetwork {
  std::vector<PyTorchLayer> layers;
  std::string forward;  ///< the method's definition, without indentation
};

/// Lays a network-grain graph with shapes out as layers. Throws GraphError where an operator has no
/// PyTorch form.
PyTorchNetwork to_pytorch(const Graph& graph, PyTorchLanguage language);

/// The name of a layer's tensor in state_dict(): weight, bias, running_mean or running_var.
std::string_view pytorch_role(const WeightSlot& slot);

/// A Python file that depends on torch alone: the class Network, whose state_dict has the keys
/// "<layer>.<pytorch_role>". `facts` are told in its head; `weights_file`, where it is not empty,
/// is the file from which the head says to load the weights.
std::string pytorch_source(const Graph& graph,
                           const std::map<std::string, std::string, std::less<>>& facts,
                           std::string_view weights_file);

}  // namespace evonas::graph
