#include "predictor/models/network_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/label_scale.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/early_stopping.hpp"
#include "predictor/models/network_recipe.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/scoring.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr LabelScale::Kind kNetworkLabels = LabelScale::Kind::MiddleIsOne;
constexpr std::size_t kNetworksAtOnce = 16;  // in one call of a model
constexpr std::size_t kFewestApart = 5;      // labels that tell how far off predictions are

/// What a model is taught, or tested on.
struct NetworkLabels {
  std::vector<const NetworkGraph*> networks;
  std::vector<float> scores;
  std::vector<double> noises;
};

NetworkLabels some_of(const NetworkLabels& all, std::span<const std::size_t> which) {
  NetworkLabels some;
  for (const std::size_t i : which) {
    some.networks.push_back(all.networks[i]);
    some.scores.push_back(all.scores[i]);
    some.noises.push_back(all.noises[i]);
  }
  return some;
}

void train_model(GraphModel& model, const NetworkLabels& labels, const NetworkRecipe& recipe,
                 const FitControl& control) {
  const NetworkTrainingOptions& options = recipe.training;
  const auto count = static_cast<std::int64_t>(labels.networks.size());
  const std::int64_t an_epoch = (count + options.batch - 1) / options.batch;
  const torch::Tensor scores = torch::tensor(labels.scores);
  const torch::Tensor weights = weights_of(labels.noises);
  Batches batches(labels.networks.size(), static_cast<std::size_t>(options.batch), control.seed);
  Rng rng(control.seed, "losses of networks");
  model.train();
  train_network(model, std::max(options.epochs * an_epoch, options.least_steps), options.optimiser,
                control, [&] {
                  std::vector<const NetworkGraph*> networks;
                  const std::span<const std::int64_t> chosen = batches.next();
                  for (const std::int64_t i : chosen) {
                    networks.push_back(labels.networks[static_cast<std::size_t>(i)]);
                  }
                  const torch::Tensor index = index_of(chosen);
                  const LabelledGraphs batch{
                      .graphs = network_batch(networks, recipe.numbers),
                      .labels = scores.index_select(0, index),
                      .weights = weights.defined() ? weights.index_select(0, index) : weights};
                  const auto [graphs, expected, counts] = moved(batch, device_of(model));
                  return total_loss(options.losses, model.forward(graphs), expected, counts, rng);
                });
  model.eval();
}

/// Standard deviation of predictions around labels, as a share of the prediction.
double relative_deviation(GraphModel& model, const NetworkLabels& labels, NodeNumbers numbers,
                          Placement placement) {
  placement.bfloat16 = false;                     // of predictions, not of fits
  placement.devices.resize(1, placement.device);  // where the model is
  const auto chosen = std::span(labels.networks);
  const std::vector<float> scores = score_graphs(
      placement, chosen.size(),
      [&](std::size_t first, std::size_t count) {
        const auto some = chosen.subspan(first, count);
        return encoded_networks({some.begin(), some.end()}, numbers);
      },
      [&](std::size_t /*device*/, const GraphBatch& graphs) { return model.forward(graphs); },
      kNetworksAtOnce);
  double squares = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    squares += std::pow(labels.scores[i] / std::max(scores[i], 1e-6F) - 1.0F, 2);
  }
  return scores.empty() ? 0.0 : std::sqrt(squares / static_cast<double>(scores.size()));
}

}  // namespace

std::shared_ptr<const NetworkRecipe> network_recipe(const std::string& name, std::int64_t epochs) {
  NetworkRecipe recipe;
  if (name == "nnlp") {
    recipe = NetworkRecipe::nnlp();
  } else if (name == "node_costs") {
    recipe = NetworkRecipe::node_costs();
  } else if (name == "nar_former_v2") {
    recipe = NetworkRecipe::nar_former_v2();
  } else if (name == "nn_former") {
    recipe = NetworkRecipe::nn_former();
  } else {
    return nullptr;
  }
  if (epochs > 0) {
    recipe.training.epochs = epochs;
    recipe.training.least_steps = 1;
  }
  return std::make_shared<const NetworkRecipe>(std::move(recipe));
}

/// What a fit leaves behind.
struct NetworkPredictor::Fitted {
  LabelScale scale;
  double deviation = 0.0;  // as a share of a scaled prediction
  std::shared_ptr<GraphModel> model;
  std::vector<std::shared_ptr<GraphModel>> copies;  // one a device; the first is the model
};

NetworkPredictor::NetworkPredictor(spaces::AnySpace space, const spaces::NetworkInput& input,
                                   std::shared_ptr<const NetworkRecipe> recipe,
                                   const ComputingOptions& computing)
    : space_(std::move(space)),
      input_(input),
      recipe_(std::move(recipe)),
      placement_(std::make_unique<const Placement>(computing)) {}

NetworkPredictor::~NetworkPredictor() = default;

void NetworkPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);
  auto fitted = std::make_unique<Fitted>(Fitted{.scale = LabelScale(labels, kNetworkLabels)});
  std::vector<spaces::Genotype> architectures;
  for (const Label& label : labels) architectures.push_back(label.genotype);
  const std::vector<NetworkGraph> networks = network_graphs(space_, input_, architectures);
  NetworkLabels all;
  std::size_t nodes = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    all.networks.push_back(&networks[i]);
    all.scores.push_back(static_cast<float>(fitted->scale.scaled(labels[i].value)));
    all.noises.push_back(fitted->scale.scaled_noise(labels[i]));
    nodes += networks[i].nodes.size();
  }
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng(control.seed, "networks that tell errors").shuffle(std::span(order));
  auto apart = static_cast<std::size_t>(recipe_->told_apart * static_cast<double>(labels.size()));
  if (apart < kFewestApart) apart = 0;
  fitted->model = recipe_->make(
      static_cast<std::int64_t>(network_operators()),
      static_cast<std::int64_t>(std::max<std::size_t>(1, nodes / labels.size())), control.seed);
  fitted->model->to(placement_->device);
  train_model(*fitted->model, some_of(all, std::span(order).subspan(apart)), *recipe_, control);
  fitted->deviation = relative_deviation(
      *fitted->model, some_of(all, std::span(order).first(apart)), recipe_->numbers, *placement_);
  place(std::move(fitted));
}

std::vector<Prediction> NetworkPredictor::predict(std::span<const spaces::Genotype> block) const {
  const Fitted& known = fitted();
  const std::vector<float> scores = score_graphs(
      *placement_, block.size(), network_encoder(space_, input_, block, recipe_->numbers),
      [&](std::size_t device, const GraphBatch& graphs) {
        return known.copies[device]->forward(graphs);
      },
      kNetworksAtOnce);
  std::vector<Prediction> predictions;
  for (const float score : scores) {
    const double mean = known.scale.value(static_cast<double>(score));
    const double further = known.scale.value(static_cast<double>(score) * (1.0 + known.deviation));
    predictions.push_back({.mean = mean, .deviation = further - mean});
  }
  return predictions;
}

void NetworkPredictor::place(std::unique_ptr<Fitted> fitted) {
  fitted->copies = on_devices(fitted->model, *placement_, [&] {
    return recipe_->make(static_cast<std::int64_t>(network_operators()), 1, 1);
  });
  fitted_ = std::move(fitted);
}

std::size_t NetworkPredictor::parameters() const {
  return fitted_ ? count_weights(*fitted_->model) : 0;
}

double NetworkPredictor::multiply_accumulates(std::size_t nodes) const {
  return fitted().model->multiply_accumulates(nodes);
}

nlohmann::json NetworkPredictor::state() const {
  nlohmann::json weights = nlohmann::json::array();
  for (const torch::Tensor& parameter : fitted().model->parameters()) {
    weights.push_back(state_of(parameter));
  }
  nlohmann::json state = fitted_->scale.state();
  state["operators"] = network_graph_key().hex();
  state["relative_deviation"] = fitted_->deviation;
  state["weights"] = std::move(weights);
  return state;
}

void NetworkPredictor::restore(const nlohmann::json& state) {
  check_same_space(state.at("operators"), network_graph_key());
  auto fitted =
      std::make_unique<Fitted>(Fitted{.scale = LabelScale::from_state(state, kNetworkLabels),
                                      .deviation = state.at("relative_deviation").get<double>()});
  fitted->model = recipe_->make(static_cast<std::int64_t>(network_operators()), 1, 1);
  restore_weights(*fitted->model, state.at("weights"));
  fitted->model->eval();
  place(std::move(fitted));
}

const NetworkPredictor::Fitted& NetworkPredictor::fitted() const {
  if (!fitted_) throw PredictorError(fmt::format("{} has not been fitted yet", recipe_->model));
  return *fitted_;
}

}  // namespace evonas::predictor
