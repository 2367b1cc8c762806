#include <filesystem>

#include "evaluation/training/network_module.hpp"
#include "graph/cost.hpp"
#include "spaces/declared.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

/// Every built-in space with its defaults, and every declared one that is shipped.
std::vector<spaces::AnySpace> every_space() {
  std::vector<spaces::AnySpace> result;
  for (const std::string& name : spaces::ready_space_names()) {
    result.push_back(spaces::make_space(name));
  }
  for (const auto& entry :
       std::filesystem::directory_iterator(EVONAS_SOURCE_DIR "/configs/spaces")) {
    if (entry.path().extension() != ".yaml") continue;
    result.push_back(
        spaces::make_space(spaces::SpaceOptions(spaces::DeclaredOptions{.file = entry.path()})));
  }
  return result;
}

TEST_CASE("networks of every space cost what their modules hold, and train a batch") {
  const spaces::NetworkInput input{.channels = 3, .height = 32, .width = 32, .classes = 10};
  for (const spaces::AnySpace& space : every_space()) {
    Rng rng(1, "spaces");
    for (int i = 0; i < 2; ++i) {
      const spaces::Genotype genotype = space.sample(rng);
      CAPTURE(space.name());
      CAPTURE(space.format(genotype));
      const graph::Graph network = space.network(genotype, input);
      NetworkModule module(network, 1);
      std::int64_t parameters = 0;
      for (const torch::Tensor& parameter : module.parameters()) parameters += parameter.numel();
      CHECK(parameters == graph::cost(network).parameters);
      const torch::Tensor logits = module.forward(torch::rand({2, 3, 32, 32}));
      CHECK(logits.sizes() == torch::IntArrayRef({2, 10}));
      torch::cross_entropy_loss(logits, torch::tensor({1, 2})).backward();
      bool trained = false;
      for (const torch::Tensor& parameter : module.parameters()) {
        if (parameter.grad().defined()) trained = trained || parameter.grad().any().item<bool>();
      }
      CHECK(trained);
    }
  }
}

}  // namespace
}  // namespace evonas::evaluation
