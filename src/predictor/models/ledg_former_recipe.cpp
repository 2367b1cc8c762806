#include "predictor/models/ledg_former_recipe.hpp"

#include <utility>

#include "predictor/models/ledg_former.hpp"
#include "predictor/models/operation_texts.hpp"
#include "predictor/models/published_recipe.hpp"

namespace evonas::predictor {

std::shared_ptr<const PublishedRecipe> ledg_former_recipe(const GraphFeatures& features,
                                                          const FittingOptions& options) {
  PublishedRecipe recipe{
      .model = "ledg_former",
      .make =
          [texts = operation_texts(features, *carried_descriptions())](
              std::int64_t /*operations*/, std::int64_t /*nodes*/, std::uint64_t seed) {
            return std::make_shared<LedgFormer>(LedgFormerOptions{}, texts, seed);
          },
      .identities = Identities::Kept,
      .labels = LabelScale::Kind::RankNormal,
      .training = {.epochs = 200,
                   .optimiser = {.learning_rate = 5e-4},
                   .losses = {{Loss::SquaredError, 0.5}, {Loss::PairwiseLogistic, 0.5}}}};
  recipe.training = changed(std::move(recipe.training), options);
  return std::make_shared<const PublishedRecipe>(std::move(recipe));
}

}  // namespace evonas::predictor
