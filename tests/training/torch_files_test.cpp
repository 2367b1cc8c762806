#include "evaluation/export/torch_files.hpp"

#include <sstream>

#include <torch/script.h>

#include "evaluation/training/network_module.hpp"
#include "evaluation/training/torch_weights.hpp"
#include "graph/onnx.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

/// Weights as training leaves them: statistics that are not those of the beginning.
graph::Weights some_weights(const graph::Graph& network) {
  graph::Weights weights = graph::initial_weights(network, 2);
  for (const graph::WeightSlot& slot : graph::weight_slots(network)) {
    if (slot.role != "mean" && slot.role != "variance") continue;
    Rng rng(3, slot.name);
    for (float& value : weights.at(slot.name).values) {
      value = static_cast<float>(0.5 + rng.uniform());
    }
  }
  return weights;
}

}  // namespace

TEST_CASE("a module hands out the weights that it was given") {
  const graph::Graph network =
      spaces::make_space("nasbench201").network(spaces::make_space("nasbench201").at(9'876), {});
  const graph::Weights weights = some_weights(network);
  NetworkModule module(network, weights);
  // Bare booleans: LibTorch's printing of maps does not know these values.
  const bool kept = module.weights() == weights;
  CHECK(kept);
  const bool initial = NetworkModule(network, 5).weights() == graph::initial_weights(network, 5);
  CHECK(initial);
  graph::Weights fewer = weights;
  fewer.erase(fewer.begin());
  CHECK_THROWS_AS(NetworkModule(network, fewer), graph::GraphError);
}

TEST_CASE("TorchScript computes what the module computes, in every space, through ONNX and back") {
  const torch::NoGradGuard guard;
  const torch::Tensor images =
      torch::sin(torch::arange(2 * 3 * 32 * 32, torch::kFloat32)).reshape({2, 3, 32, 32});
  for (const std::string& name : spaces::ready_space_names()) {
    const spaces::AnySpace space = spaces::make_space(name);
    Rng rng(4, "test");
    const spaces::Genotype genotype = space.sample(rng);
    CAPTURE(space.format(genotype));
    const graph::Graph network = space.network(genotype, {});
    const graph::Weights weights = some_weights(network);
    NetworkModule module(network, weights);
    module.eval();
    const torch::Tensor expected =
        module.forward(images.contiguous(torch::MemoryFormat::ChannelsLast));
    const double bound = 1e-4 * std::max(1.0, expected.abs().max().item<double>());

    std::istringstream file(torchscript_file(network, weights, {{"space", name}}));
    torch::jit::ExtraFilesMap facts{{"space", ""}};
    torch::jit::Module script = torch::jit::load(file, torch::kCPU, facts);
    CHECK(facts.at("space") == name);
    CHECK((script.forward({images}).toTensor() - expected).abs().max().item<double>() < bound);

    const graph::OnnxModel read = graph::from_onnx(graph::to_onnx({network, weights, {}}));
    NetworkModule again(read.graph, read.weights);
    again.eval();
    const torch::Tensor found = again.forward(images);
    CHECK((found - expected).abs().max().item<double>() < bound);
  }
}

TEST_CASE("files without all weights are not written") {
  const graph::Graph network =
      spaces::make_space("nasbench201").network(spaces::make_space("nasbench201").at(9'876), {});
  CHECK_THROWS_AS(torchscript_file(network, {}, {}), graph::GraphError);
  CHECK_THROWS_AS(state_dict_file(network, {}), graph::GraphError);
  CHECK_FALSE(state_dict_file(network, some_weights(network)).empty());
}

}  // namespace evonas::evaluation
