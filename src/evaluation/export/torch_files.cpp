#include "evaluation/export/torch_files.hpp"

#include <memory>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <torch/script.h>
#include <torch/torch.h>

#include "evaluation/training/torch_weights.hpp"
#include "graph/pytorch.hpp"

namespace evonas::evaluation {
namespace {

/// How often a normalisation has been trained, which PyTorch's layers keep beside their statistics.
constexpr const char* kBatchCount = "num_batches_tracked";

bool is_buffer(std::string_view role) { return role.starts_with("running_"); }

bool has_statistics(const graph::PyTorchLayer& layer) {
  return !layer.weights.empty() && is_buffer(graph::pytorch_role(layer.weights.back()));
}

torch::jit::Module make_layer(const graph::PyTorchLayer& layer, const graph::Weights& weights,
                              const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module module(c10::QualifiedName("__torch__.Layer"), unit, /*shouldMangle=*/true);
  for (const graph::WeightSlot& slot : layer.weights) {
    const std::string role(graph::pytorch_role(slot));
    module.register_parameter(role, to_torch(weights.at(slot.name)), is_buffer(role));
  }
  if (has_statistics(layer)) {
    module.register_buffer(kBatchCount, torch::zeros({}, torch::kInt64));
  }
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(fmt::format("def forward(self, x):\n    return {}\n", layer.script));
  return module;
}

}  // namespace

std::string torchscript_file(const graph::Graph& network, const graph::Weights& weights,
                             const std::map<std::string, std::string, std::less<>>& facts) {
  graph::check_weights(network, weights);
  const graph::PyTorchNetwork source = graph::to_pytorch(network);
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module module(c10::QualifiedName("__torch__.Network"), unit);
  for (const graph::PyTorchLayer& layer : source.layers) {
    module.register_module(layer.name, make_layer(layer, weights, unit));
  }
  module.register_attribute("training", c10::BoolType::get(), false);
  module.define(source.forward);
  torch::jit::ExtraFilesMap files;
  for (const auto& [name, value] : facts) files.emplace(name, value);
  std::ostringstream stream;
  module.save(stream, files);
  return std::move(stream).str();
}

std::string state_dict_file(const graph::Graph& network, const graph::Weights& weights) {
  graph::check_weights(network, weights);
  c10::Dict<std::string, torch::Tensor> state;
  for (const graph::PyTorchLayer& layer : graph::to_pytorch(network).layers) {
    for (const graph::WeightSlot& slot : layer.weights) {
      state.insert(fmt::format("{}.{}", layer.name, graph::pytorch_role(slot)),
                   to_torch(weights.at(slot.name)));
    }
    if (has_statistics(layer)) {
      state.insert(fmt::format("{}.{}", layer.name, kBatchCount), torch::zeros({}, torch::kInt64));
    }
  }
  const std::vector<char> bytes = torch::pickle_save(state);
  return {bytes.begin(), bytes.end()};
}

}  // namespace evonas::evaluation
