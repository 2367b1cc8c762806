#pragma once

#include <cstdint>
#include <memory>

#include "predictor/graph_features.hpp"

namespace evonas::predictor {

struct PublishedRecipe;

/// LeDG-Former on the operations of a space (ledg_former.hpp), described by the table that evonas
/// carries; identities are nodes, and labels are learnt as rank-normal scores. `epochs` replaces
/// the number of epochs unless it is 0.
std::shared_ptr<const PublishedRecipe> ledg_former_recipe(const GraphFeatures& features,
                                                          std::int64_t epochs);

}  // namespace evonas::predictor
