#include "predictor/models/pretrained_networks.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/flow_network.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/graph_spectrum.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/network_statics.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kEmbeddedChunk = 512;  // architectures that a network looks at together
constexpr std::int64_t kCostTargets = 3;     // of the statics of a network, the first

/// Logarithms of parameters, multiply-accumulates and memory of the networks that architectures
/// become, each with mean 0 and deviation 1: architectures x 3.
torch::Tensor logarithms_of_costs(const ArchitectureView& view,
                                  std::span<const spaces::Genotype> architectures) {
  const NetworkStatics statics(view.space(), network_input_of(view));
  std::vector<float> numbers;
  for (const spaces::Genotype& architecture : architectures) {
    const Statics told = statics.of(architecture);
    numbers.insert(numbers.end(), told.begin(), told.begin() + kCostTargets);
  }
  const torch::Tensor costs = torch::tensor(numbers).view({-1, kCostTargets});
  constexpr double kLeastDeviation = 1e-6;  // of costs that are all the same
  return (costs - costs.mean(0)) / costs.std(0, /*unbiased=*/false).clamp_min(kLeastDeviation);
}

/// Graphs, and what can be learnt of them without labels.
class PretrainingTask {
 public:
  PretrainingTask(const GraphFeatures& features, const PretrainingOptions& options,
                  std::uint64_t seed)
      : options_(options) {
    const std::vector<spaces::Genotype> architectures =
        random_architectures(features.view().space(), static_cast<std::size_t>(options.graphs),
                             seed, "graphs to pre-train on");
    graphs_ = graphs_of(features.view(), features.vocabulary(), architectures);
    const std::vector<double> rows = features.compute(architectures);
    statistics_ = torch::empty({options.graphs, static_cast<std::int64_t>(features.size())});
    std::ranges::transform(rows, statistics_.data_ptr<float>(),
                           [](double value) { return static_cast<float>(value); });
    if (options.contrastive > 0.0) spectra_ = laplacian_spectra(graphs_);
    if (options.costs > 0.0) costs_ = logarithms_of_costs(features.view(), architectures);
  }

  /// Numbers that a network tells of a graph: the statistics, then the costs, if they are asked
  /// for.
  std::int64_t targets() const {
    return statistics_.size(1) + (costs_.defined() ? kCostTargets : 0);
  }

  struct Losses {
    torch::Tensor all;
    torch::Tensor statistics;
  };
  /// Of the next random graphs.
  Losses losses(FlowNetwork& network, Rng& rng) const {
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = 0; i < options_.batch; ++i) {
      chosen.push_back(
          static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(options_.graphs))));
    }
    const torch::Tensor index = torch::tensor(chosen, torch::kInt64);
    const torch::Tensor embedding = network.embed(select(graphs_, index));
    const torch::Tensor told = network.targets(embedding);
    const torch::Tensor error =
        told.narrow(1, 0, statistics_.size(1)) - statistics_.index_select(0, index);
    Losses losses{.all = {}, .statistics = error.square().mean()};
    losses.all = options_.statistics * losses.statistics;
    if (options_.contrastive > 0.0) {
      losses.all = losses.all + options_.contrastive *
                                    contrastive_loss(embedding, spectra_.index_select(0, index));
    }
    if (costs_.defined()) {
      const torch::Tensor cost_error =
          told.narrow(1, statistics_.size(1), kCostTargets) - costs_.index_select(0, index);
      losses.all = losses.all + options_.costs * cost_error.square().mean();
    }
    return losses;
  }

 private:
  PretrainingOptions options_;
  GraphBatch graphs_;
  torch::Tensor statistics_;  // graphs x features, standardised
  torch::Tensor spectra_;     // graphs x nodes
  torch::Tensor costs_;       // graphs x kCostTargets
};

}  // namespace

std::vector<std::shared_ptr<FlowNetwork>> networks_from(const nlohmann::json& state,
                                                        const GraphFeatures& features,
                                                        std::size_t scores) {
  check_same_space(state.at("space"), features.vocabulary().key());
  std::vector<std::shared_ptr<FlowNetwork>> networks;
  for (const nlohmann::json& network : state.at("networks")) {
    networks.push_back(network_from(network, features.vocabulary().width(), scores));
  }
  if (networks.empty()) throw PredictorError("there is no network");
  return networks;
}

PretrainedNetworks::PretrainedNetworks(const GraphFeatures& features,
                                       const PretrainingOptions& options, const FitControl& control)
    : space_(features.vocabulary().key()) {
  if (options.width % 4 != 0) {
    throw PredictorError(
        fmt::format("networks {} wide were asked for, expected a multiple of 4", options.width));
  }
  at::set_num_threads(1);
  const PretrainingTask task(features, options, control.seed);
  const FlowNetworkOptions network_options = {
      .operations = static_cast<std::int64_t>(features.vocabulary().width()),
      .layers = options.layers,
      .width = options.width,
      .targets = task.targets()};
  const auto count = static_cast<std::size_t>(options.networks);
  networks_.resize(count);
  std::vector<double> errors(count, 0.0);
  const std::int64_t counted = std::max<std::int64_t>(1, options.steps / 10);
  const auto pretrain = [&](std::size_t i, const FitControl& own) {
    auto network = std::make_shared<FlowNetwork>(network_options, own.seed);
    Rng rng(own.seed, "batches");
    std::int64_t step = 0;
    train_network(*network, options.steps,
                  {.learning_rate = options.learning_rate, .weight_decay = 0.01}, own, [&] {
                    const PretrainingTask::Losses losses = task.losses(*network, rng);
                    if (++step > options.steps - counted) {
                      errors[i] += losses.statistics.item<double>() / static_cast<double>(counted);
                    }
                    return losses.all;
                  });
    networks_[i] = std::move(network);
  };
  fit_together(count, "pre-trained network", control, pretrain);
  for (const double error : errors) loss_ += error / static_cast<double>(count);
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

std::vector<double> PretrainedNetworks::embed(const GraphFeatures& features,
                                              std::span<const spaces::Genotype> block) const {
  std::size_t width = 0;
  for (const auto& network : networks_) {
    width += 2 * static_cast<std::size_t>(network->options().width);
  }
  std::vector<double> numbers(block.size() * width);
  parallel_chunks(block.size(), kEmbeddedChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const GraphBatch graphs =
        graphs_of(features.view(), features.vocabulary(), block.subspan(first, count));
    std::vector<torch::Tensor> embeddings;
    for (const auto& network : networks_) embeddings.push_back(network->embed(graphs));
    const torch::Tensor rows = torch::cat(embeddings, 1).contiguous();
    const float* from = rows.data_ptr<float>();
    std::copy_n(from, count * width, numbers.begin() + static_cast<std::ptrdiff_t>(first * width));
  });
  return numbers;
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
