#pragma once

#include <span>

#include <torch/types.h>

#include "predictor/graph_colours.hpp"

namespace evonas::predictor {

/// The products of histograms with those of an index, each round times its weight: histograms x
/// graphs, double.
torch::Tensor products_of(std::span<const ColourHistograms> histograms, const ColourIndex& index,
                          std::span<const double> weights);

/// Those of graphs with each other, at least one: rounds x graphs x graphs, double.
torch::Tensor products_by_round(std::span<const ColourHistograms> histograms);

}  // namespace evonas::predictor
