#include "predictor/models/published_recipe.hpp"

#include <algorithm>

#include "predictor/models/gnn.hpp"
#include "predictor/models/nar_former.hpp"
#include "predictor/models/nar_former_v2.hpp"
#include "predictor/models/nn_former.hpp"

namespace evonas::predictor {
namespace {

PublishedRecipe gnn(const std::string& model, GnnOptions::Kind kind) {
  return {.model = model,
          .make =
              [kind](std::int64_t operations, std::int64_t nodes, std::uint64_t seed) {
                return std::make_shared<Gnn>(
                    GnnOptions{.kind = kind, .operations = operations, .nodes = nodes}, seed);
              },
          .identities = Identities::Contracted,
          .labels = LabelScale::Kind::RankNormal,
          .training = {.epochs = 300,
                       .losses = {{Loss::SquaredError, 0.5}, {Loss::PairwiseLogistic, 0.5}}}};
}

PublishedRecipe nn_former_with(const std::string& model, bool tokens_make_siblings) {
  return {
      .model = model,
      .make =
          [tokens_make_siblings](std::int64_t operations, std::int64_t nodes, std::uint64_t seed) {
            // One-hot codes of 32 columns, more where graphs need more.
            return std::make_shared<NnFormer>(
                NnFormerOptions{.operations = std::max({std::int64_t{32}, operations, nodes + 1}),
                                .tokens_make_siblings = tokens_make_siblings},
                seed);
          },
      .training = {.epochs = 3000,
                   .least_steps = 0,
                   .batch = 128,
                   .optimiser = {.learning_rate = 1e-4,
                                 .weight_decay = 0.01,
                                 .second_moment = 0.999,
                                 .last_rate = 0.1},
                   .losses = {{Loss::SquaredError, 1.0}, {Loss::PermutedPairs, 0.2}},
                   .twin = Twin::Same,
                   .consistency = 1.0,
                   .average = 0.99}};
}

}  // namespace

PublishedRecipe PublishedRecipe::nar_former() {
  return {.model = "nar_former",
          .make =
              [](std::int64_t /*operations*/, std::int64_t /*nodes*/, std::uint64_t seed) {
                return std::make_shared<NarFormer>(NarFormerOptions{}, seed);
              },
          .training = {.epochs = 6000,
                       .least_steps = 0,
                       .batch = 128,
                       .optimiser = {.learning_rate = 1e-4,
                                     .weight_decay = 0.01,
                                     .second_moment = 0.999,
                                     .decay = OptimiserOptions::Decay::Linear,
                                     .last_rate = 0.0},
                       .losses = {{Loss::SquaredError, 1.0}, {Loss::PermutedPairs, 0.1}},
                       .twin = Twin::AnotherOrder,
                       .consistency = 0.5,
                       .average = 0.99}};
}

PublishedRecipe PublishedRecipe::nar_former_v2() {
  return {.model = "nar_former_v2",
          .make =
              [](std::int64_t /*operations*/, std::int64_t /*nodes*/, std::uint64_t seed) {
                return std::make_shared<NarFormerV2>(NarFormerV2Options::cells(), seed);
              },
          .training = {.epochs = 1000,
                       .least_steps = 0,
                       .batch = 8,
                       .optimiser = {.learning_rate = 1e-4,
                                     .weight_decay = 0.0,
                                     .second_moment = 0.999,
                                     .decay = OptimiserOptions::Decay::Linear,
                                     .last_rate = 0.0},
                       .losses = {{Loss::RelativeSquaredError, 1.0}, {Loss::PermutedPairs, 0.1}},
                       .twin = Twin::AnotherOrder,
                       .consistency = 0.5}};
}

PublishedRecipe PublishedRecipe::nn_former() { return nn_former_with("nn_former", false); }

PublishedRecipe PublishedRecipe::nn_former_published() {
  return nn_former_with("nn_former_published", true);
}

PublishedRecipe PublishedRecipe::graphsage() { return gnn("graphsage", GnnOptions::Kind::Sage); }

PublishedRecipe PublishedRecipe::gin() { return gnn("gin", GnnOptions::Kind::Gin); }

}  // namespace evonas::predictor
