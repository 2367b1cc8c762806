#include "predictor/models/pretrained_networks.hpp"

#include <algorithm>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <torch/utils.h>

#include "base/random.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/flow_network.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/network_training.hpp"

namespace evonas::predictor {
namespace {

std::vector<spaces::Genotype> random_architectures(const spaces::AnySpace& space,
                                                   std::int64_t count, std::uint64_t seed) {
  std::vector<spaces::Genotype> architectures;
  for (std::int64_t i = 0; i < count; ++i) {
    Rng rng(seed, "graphs to pre-train on", static_cast<std::uint64_t>(i));
    architectures.push_back(space.sample(rng));
  }
  return architectures;
}

}  // namespace

std::vector<std::shared_ptr<FlowNetwork>> networks_from(const nlohmann::json& state,
                                                        const GraphFeatures& features) {
  check_same_space(state.at("space"), features.vocabulary().key());
  std::vector<std::shared_ptr<FlowNetwork>> networks;
  for (const nlohmann::json& network : state.at("networks")) {
    networks.push_back(network_from(network, features.vocabulary().width()));
  }
  if (networks.empty()) throw PredictorError("there is no network");
  return networks;
}

PretrainedNetworks::PretrainedNetworks(const spaces::AnySpace& space, const GraphFeatures& features,
                                       const PretrainingOptions& options, const FitControl& control)
    : space_(features.vocabulary().key()) {
  at::set_num_threads(1);
  const std::vector<spaces::Genotype> architectures =
      random_architectures(space, options.graphs, control.seed);
  const GraphBatch graphs = graphs_of(space, features.vocabulary(), architectures);
  const std::vector<double> rows = features.compute(architectures);
  torch::Tensor expected =
      torch::empty({options.graphs, static_cast<std::int64_t>(features.size())});
  std::ranges::transform(rows, expected.data_ptr<float>(),
                         [](double value) { return static_cast<float>(value); });

  const FlowNetworkOptions network_options = {
      .operations = static_cast<std::int64_t>(features.vocabulary().width()),
      .layers = options.layers,
      .width = options.width,
      .targets = expected.size(1)};
  const auto count = static_cast<std::size_t>(options.networks);
  networks_.resize(count);
  std::vector<double> losses(count, 0.0);
  const std::int64_t counted = std::max<std::int64_t>(1, options.steps / 10);
  const auto pretrain = [&](std::size_t i, const FitControl& own) {
    auto network = std::make_shared<FlowNetwork>(network_options, own.seed);
    Rng rng(own.seed, "batches");
    std::int64_t step = 0;
    train_network(
        *network, options.steps, {.learning_rate = options.learning_rate, .weight_decay = 0.01},
        own, [&] {
          std::vector<std::int64_t> chosen;
          for (std::int64_t k = 0; k < options.batch; ++k) {
            chosen.push_back(
                static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(options.graphs))));
          }
          const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
          const torch::Tensor made = network->targets(network->embed(select(graphs, index)));
          torch::Tensor loss = (made - expected.index_select(0, index)).square().mean();
          if (++step > options.steps - counted) {
            losses[i] += loss.item<double>() / static_cast<double>(counted);
          }
          return loss;
        });
    networks_[i] = std::move(network);
  };
  fit_together(count, "pre-trained network", control, pretrain);
  for (const double loss : losses) loss_ += loss / static_cast<double>(count);
}

PretrainedNetworks::PretrainedNetworks(const nlohmann::json& state, const GraphFeatures& features)
    : space_(features.vocabulary().key()),
      networks_(networks_from(state, features)),
      loss_(state.at("loss").get<double>()) {}

PretrainedNetworks::~PretrainedNetworks() = default;

nlohmann::json PretrainedNetworks::state() const {
  nlohmann::json networks = nlohmann::json::array();
  for (const auto& network : networks_) networks.push_back(state_of(*network, torch::kHalf));
  return {{"space", space_.hex()}, {"networks", std::move(networks)}, {"loss", loss_}};
}

std::shared_ptr<const PretrainedNetworks> read_pretrained(std::string_view bytes,
                                                          const std::string& place,
                                                          const GraphFeatures& features) {
  const Checkpoint checkpoint = read_checkpoint(bytes, place);
  try {
    return std::make_shared<const PretrainedNetworks>(checkpoint.state, features);
  } catch (const std::exception& error) {
    throw PredictorError(fmt::format("{}: {}", place, error.what()));
  }
}

}  // namespace evonas::predictor
