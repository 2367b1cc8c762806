#include "predictor/models/published_predictor.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/published_recipe.hpp"
#include "predictor/models/scoring.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kModelChunk = 256;      // graphs that a model scores at once
constexpr std::int64_t kMostNodes = 1 << 16;  // of a model that is read from a file

std::int64_t most_nodes(const GraphBatch& graphs) { return graphs.operations.size(1); }

}  // namespace

std::shared_ptr<const PublishedRecipe> published_recipe(const std::string& name,
                                                        std::int64_t epochs) {
  PublishedRecipe recipe;
  if (name == "nar_former") {
    recipe = PublishedRecipe::nar_former();
  } else if (name == "nar_former_v2") {
    recipe = PublishedRecipe::nar_former_v2();
  } else if (name == "nn_former") {
    recipe = PublishedRecipe::nn_former();
  } else if (name == "graphsage") {
    recipe = PublishedRecipe::graphsage();
  } else if (name == "gin") {
    recipe = PublishedRecipe::gin();
  } else {
    return nullptr;
  }
  if (epochs > 0) recipe.training.epochs = epochs;
  return std::make_shared<const PublishedRecipe>(std::move(recipe));
}

/// What a fit leaves behind.
struct PublishedPredictor::Fitted {
  LabelScale scale;
  std::int64_t nodes = 0;                           // that the models have room for
  std::vector<std::shared_ptr<GraphModel>> models;  // alike, one a device
};

PublishedPredictor::PublishedPredictor(std::shared_ptr<const GraphFeatures> features,
                                       std::shared_ptr<const PublishedRecipe> recipe,
                                       const ComputingOptions& computing)
    : features_(std::move(features)),
      recipe_(std::move(recipe)),
      placement_(std::make_unique<const Placement>(computing)) {}

PublishedPredictor::~PublishedPredictor() = default;

void PublishedPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  at::set_num_threads(1);
  const LabelScale scale(labels, recipe_->labels);
  std::vector<spaces::Genotype> architectures;
  std::vector<float> expected;
  std::vector<double> noises;
  for (const Label& label : labels) {
    architectures.push_back(label.genotype);
    expected.push_back(static_cast<float>(scale.scaled(label.value)));
    noises.push_back(scale.scaled_noise(label));
  }
  const GraphBatch graphs =
      graphs_of(features_->view(), features_->vocabulary(), architectures, recipe_->identities);
  const std::int64_t nodes = 2 * most_nodes(graphs);
  const std::shared_ptr<GraphModel> model = new_model(nodes, control.seed);
  model->to(placement_->device);
  fit_scores(*model, graphs, torch::tensor(expected), weights_of(noises), recipe_->training,
             control);
  fitted_ = fitted_of(scale, nodes, model);
}

std::shared_ptr<GraphModel> PublishedPredictor::new_model(std::int64_t nodes,
                                                          std::uint64_t seed) const {
  return recipe_->make(static_cast<std::int64_t>(features_->vocabulary().width()), nodes, seed);
}

std::unique_ptr<const PublishedPredictor::Fitted> PublishedPredictor::fitted_of(
    const LabelScale& scale, std::int64_t nodes, const std::shared_ptr<GraphModel>& model) const {
  return std::make_unique<const Fitted>(
      Fitted{.scale = scale, .nodes = nodes, .models = on_devices(model, *placement_, [&] {
                                               return new_model(nodes, 1);
                                             })});
}

std::vector<Prediction> PublishedPredictor::predict(std::span<const spaces::Genotype> block) const {
  const Fitted& known = fitted();
  const std::vector<float> scores = score_graphs(
      *placement_, block.size(),
      flow_encoder(features_->view(), features_->vocabulary(), block, recipe_->identities),
      [&](std::size_t device, const GraphBatch& graphs) {
        return known.models[device]->forward(graphs);
      },
      kModelChunk);
  std::vector<Prediction> predictions;
  for (const float score : scores) {
    predictions.push_back({.mean = known.scale.value(static_cast<double>(score))});
  }
  return predictions;
}

std::size_t PublishedPredictor::parameters() const {
  return fitted_ ? count_weights(*fitted_->models.front()) : 0;
}

double PublishedPredictor::multiply_accumulates(std::size_t nodes) const {
  return fitted().models.front()->multiply_accumulates(nodes);
}

nlohmann::json PublishedPredictor::state() const {
  nlohmann::json weights = nlohmann::json::array();
  for (const torch::Tensor& parameter : fitted().models.front()->parameters()) {
    weights.push_back(state_of(parameter));
  }
  nlohmann::json state = fitted_->scale.state();
  state["space"] = features_->vocabulary().key().hex();
  state["nodes"] = fitted_->nodes;
  state["weights"] = std::move(weights);
  return state;
}

void PublishedPredictor::restore(const nlohmann::json& state) {
  check_same_space(state.at("space"), features_->vocabulary().key());
  const auto nodes = state.at("nodes").get<std::int64_t>();
  if (nodes < 1 || nodes > kMostNodes) {
    throw PredictorError(
        fmt::format("a model for graphs of {} nodes, expected from 1 to {}", nodes, kMostNodes));
  }
  const LabelScale scale = LabelScale::from_state(state, recipe_->labels);
  const std::shared_ptr<GraphModel> model = new_model(nodes, 1);
  restore_weights(*model, state.at("weights"));
  model->eval();
  fitted_ = fitted_of(scale, nodes, model);
}

const PublishedPredictor::Fitted& PublishedPredictor::fitted() const {
  if (!fitted_) throw PredictorError(fmt::format("{} has not been fitted yet", recipe_->model));
  return *fitted_;
}

}  // namespace evonas::predictor
