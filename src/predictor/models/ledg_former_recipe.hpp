#pragma once

#include <memory>

#include "predictor/fitting_options.hpp"
#include "predictor/graph_features.hpp"

namespace evonas::predictor {

struct PublishedRecipe;

/// LeDG-Former on the operations of a space (ledg_former.hpp), described by the table that evonas
/// carries; identities are nodes, and labels are learnt as rank-normal scores. It has what the
/// options say instead of its own.
std::shared_ptr<const PublishedRecipe> ledg_former_recipe(const GraphFeatures& features,
                                                          const FittingOptions& options = {});

}  // namespace evonas::predictor
