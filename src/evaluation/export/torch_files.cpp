#include "evaluation/export/torch_files.hpp"

#include <memory>
#include <sstream>
#include <utility>

#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>
#include <torch/csrc/jit/serialization/pickler.h>
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

/// What torch.save() writes. torch::pickle_save() would add names of types, which
/// torch.load(weights_only=True) refuses.
std::string pickled_file(const c10::IValue& value) {
  std::string pickled;
  torch::jit::Pickler pickler(
      [&](const char* data, std::size_t size) { pickled.append(data, size); }, nullptr, nullptr,
      nullptr, nullptr, /*tag_aggregates=*/false);
  pickler.protocol();
  pickler.pushIValue(value);
  pickler.stop();

  std::string bytes;
  caffe2::serialize::PyTorchStreamWriter writer([&](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  writer.writeRecord("data.pkl", pickled.data(), pickled.size());
  std::size_t number = 0;
  for (const torch::Tensor& tensor : pickler.tensorData()) {
    const auto data = torch::jit::getWriteableTensorData(tensor);
    writer.writeRecord(fmt::format("data/{}", number++), data.data(), data.sizeInBytes());
  }
  writer.writeEndOfFile();
  return bytes;
}

}  // namespace

std::string torchscript_file(const graph::Graph& network, const graph::Weights& weights,
                             const std::map<std::string, std::string, std::less<>>& facts) {
  graph::check_weights(network, weights);
  const graph::PyTorchNetwork source =
      graph::to_pytorch(network, graph::PyTorchLanguage::TorchScript);
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
  const graph::PyTorchNetwork source = graph::to_pytorch(network, graph::PyTorchLanguage::Python);
  for (const graph::PyTorchLayer& layer : source.layers) {
    for (const graph::WeightSlot& slot : layer.weights) {
      state.insert(fmt::format("{}.{}", layer.name, graph::pytorch_role(slot)),
                   to_torch(weights.at(slot.name)));
    }
    if (has_statistics(layer)) {
      state.insert(fmt::format("{}.{}", layer.name, kBatchCount), torch::zeros({}, torch::kInt64));
    }
  }
  return pickled_file(state);
}

}  // namespace evonas::evaluation
