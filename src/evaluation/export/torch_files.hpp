#pragma once

#include <functional>
#include <map>
#include <string>

#include "graph/graph.hpp"
#include "graph/weights.hpp"

namespace evonas::evaluation {

/// The bytes of a TorchScript file for evaluation: torch.jit.load() of Python and
/// torch::jit::load() of C++ read it, `facts` as extra files. Its state_dict has the keys of
/// graph::pytorch_source(). Throws GraphError where weights do not fit or an operator has no
/// PyTorch form.
std::string torchscript_file(const graph::Graph& network, const graph::Weights& weights,
                             const std::map<std::string, std::string, std::less<>>& facts);

/// The bytes of a file that torch.load(FILE, weights_only=True) of Python reads as the state_dict
/// of the class that graph::pytorch_source() writes. Errors as torchscript_file().
std::string state_dict_file(const graph::Graph& network, const graph::Weights& weights);

}  // namespace evonas::evaluation
