#include "predictor/models/network_recipe.hpp"

#include <algorithm>

#include "predictor/models/nar_former_v2.hpp"
#include "predictor/models/nn_former_networks.hpp"
#include "predictor/models/nnlp.hpp"
#include "predictor/models/node_costs.hpp"

namespace evonas::predictor {
namespace {

/// Batches of 16 for 50 epochs, which NNLQP introduced and its successors keep.
NetworkTrainingOptions published_training(OptimiserOptions::Decay decay) {
  return {.epochs = 50,
          .batch = 16,
          .optimiser = {.learning_rate = 1e-3,
                        .weight_decay = 0.0,
                        .second_moment = 0.999,
                        .decay = decay,
                        .last_rate = 0.0},
          .losses = {{Loss::RelativeSquaredError, 1.0}}};
}

}  // namespace

NetworkRecipe NetworkRecipe::nnlp() {
  return {.model = "nnlp",
          .make =
              [](std::int64_t operators, std::int64_t /*nodes*/, std::uint64_t seed) {
                return std::make_shared<Nnlp>(NnlpOptions{.operators = operators}, seed);
              },
          .training = published_training(OptimiserOptions::Decay::None)};
}

NetworkRecipe NetworkRecipe::node_costs() {
  return {.model = "node_costs",
          .make =
              [](std::int64_t operators, std::int64_t nodes, std::uint64_t seed) {
                return std::make_shared<NodeCosts>(
                    NodeCostsOptions{.operators = operators, .nodes = nodes}, seed);
              },
          .training = {.epochs = 100,
                       .least_steps = 600,
                       .batch = 16,
                       .optimiser = {.learning_rate = 3e-3, .weight_decay = 1e-3},
                       .losses = {{Loss::RelativeSquaredError, 1.0}}},
          .told_apart = 0.1};
}

NetworkRecipe NetworkRecipe::nar_former_v2() {
  return {.model = "nar_former_v2",
          .numbers = NodeNumbers::Codes,
          .make =
              [](std::int64_t operators, std::int64_t /*nodes*/, std::uint64_t seed) {
                NarFormerV2Options options = NarFormerV2Options::networks();
                options.operations = std::max(options.operations, operators);
                return std::make_shared<NarFormerV2>(options, seed);
              },
          .training = published_training(OptimiserOptions::Decay::Linear)};
}

NetworkRecipe NetworkRecipe::nn_former() {
  return {.model = "nn_former",
          .make =
              [](std::int64_t operators, std::int64_t /*nodes*/, std::uint64_t seed) {
                return std::make_shared<NnFormerNetworks>(
                    NnFormerNetworksOptions{.operators = operators}, seed);
              },
          .training = published_training(OptimiserOptions::Decay::Linear)};
}

}  // namespace evonas::predictor
