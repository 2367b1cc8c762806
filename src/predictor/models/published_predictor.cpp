#include "predictor/models/published_predictor.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/placement.hpp"
#include "predictor/models/published_recipe.hpp"
#include "predictor/models/tensor_state.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kModelChunk = 256;      // architectures that a model scores at once
constexpr std::int64_t kMostNodes = 1 << 16;  // of a model that is read from a file

std::int64_t most_nodes(const GraphBatch& graphs) { return graphs.operations.size(1); }

}  // namespace

std::shared_ptr<const PublishedRecipe> published_recipe(const std::string& name,
                                                        const FittingOptions& options) {
  PublishedRecipe recipe;
  if (name == "nar_former") {
    recipe = PublishedRecipe::nar_former();
  } else if (name == "nar_former_v2") {
    recipe = PublishedRecipe::nar_former_v2();
  } else if (name == "nn_former") {
    recipe = PublishedRecipe::nn_former();
  } else if (name == "nn_former_published") {
    recipe = PublishedRecipe::nn_former_published();
  } else if (name == "graphsage") {
    recipe = PublishedRecipe::graphsage();
  } else if (name == "gin") {
    recipe = PublishedRecipe::gin();
  } else {
    return nullptr;
  }
  recipe.training = changed(std::move(recipe.training), options);
  return std::make_shared<const PublishedRecipe>(std::move(recipe));
}

/// What a fit leaves behind.
struct PublishedPredictor::Fitted {
  LabelScale scale;
  std::int64_t nodes = 0;  // that the model has room for
  std::shared_ptr<GraphModel> model;
};

PublishedPredictor::PublishedPredictor(std::shared_ptr<const GraphFeatures> features,
                                       std::shared_ptr<const PublishedRecipe> recipe,
                                       const ComputingOptions& computing)
    : features_(std::move(features)),
      recipe_(std::move(recipe)),
      placement_(std::make_unique<const Placement>(computing)) {}

PublishedPredictor::~PublishedPredictor() = default;

void PublishedPredictor::fit(std::span<const Label> labels, const FitControl& control) {
  learn(labels, nullptr, recipe_->training, control);
}

void PublishedPredictor::refresh(std::span<const Label> labels, std::size_t known,
                                 const FitControl& control) {
  if (!fitted_ || known == 0) {
    fit(labels, control);
    return;
  }
  learn(labels, fitted_.get(), for_refresh(recipe_->training), control);
}

void PublishedPredictor::learn(std::span<const Label> labels, const Fitted* start,
                               const NetworkTrainingOptions& training, const FitControl& control) {
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
  if (start != nullptr && most_nodes(graphs) > start->nodes) {
    fit(labels, control);  // the model has no room for them
    return;
  }
  auto fitted = std::make_unique<Fitted>(
      Fitted{.scale = scale, .nodes = start != nullptr ? start->nodes : 2 * most_nodes(graphs)});
  fitted->model = recipe_->make(static_cast<std::int64_t>(features_->vocabulary().width()),
                                fitted->nodes, control.seed);
  if (start != nullptr) copy_weights(*start->model, *fitted->model);
  fitted->model->to(placement_->device);
  fit_scores(*fitted->model, training_set(graphs, torch::tensor(expected), weights_of(noises)),
             training, control, listener_of(control, [&](std::span<const spaces::Genotype> block) {
               return predictions(*fitted, block);
             }));
  fitted_ = std::move(fitted);
}

std::vector<Prediction> PublishedPredictor::predict(std::span<const spaces::Genotype> block) const {
  return predictions(fitted(), block);
}

std::vector<Prediction> PublishedPredictor::predictions(
    const Fitted& known, std::span<const spaces::Genotype> block) const {
  const auto& [scale, nodes, model] = known;
  std::vector<Prediction> expected(block.size());
  const std::size_t chunk = placement_->chunk(kModelChunk);
  parallel_chunks(block.size(), chunk, [&](std::size_t first, std::size_t count) {
    const Scoring scoring(*placement_);
    const GraphBatch graphs = graphs_of(features_->view(), features_->vocabulary(),
                                        block.subspan(first, count), recipe_->identities);
    const torch::Tensor scores = host_scores(model->forward(moved(graphs, placement_->device)));
    for (std::size_t i = 0; i < count; ++i) {
      expected[first + i].mean =
          scale.value(static_cast<double>(scores.const_data_ptr<float>()[i]));
    }
  });
  return expected;
}

std::size_t PublishedPredictor::parameters() const {
  return fitted_ ? count_weights(*fitted_->model) : 0;
}

double PublishedPredictor::multiply_accumulates(std::size_t nodes) const {
  return fitted().model->multiply_accumulates(nodes);
}

nlohmann::json PublishedPredictor::state() const {
  nlohmann::json weights = nlohmann::json::array();
  for (const torch::Tensor& parameter : fitted().model->parameters()) {
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
  auto fitted = std::make_unique<Fitted>(
      Fitted{.scale = LabelScale::from_state(state, recipe_->labels), .nodes = nodes});
  fitted->model =
      recipe_->make(static_cast<std::int64_t>(features_->vocabulary().width()), nodes, 1);
  restore_weights(*fitted->model, state.at("weights"));
  fitted->model->to(placement_->device);
  fitted->model->eval();
  fitted_ = std::move(fitted);
}

const PublishedPredictor::Fitted& PublishedPredictor::fitted() const {
  if (!fitted_) throw PredictorError(fmt::format("{} has not been fitted yet", recipe_->model));
  return *fitted_;
}

}  // namespace evonas::predictor
