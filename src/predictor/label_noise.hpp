#pragma once

#include <span>
#include <vector>

namespace evonas::predictor {

/// The noises of labels (Label::noise), the median of those that are known, which are above 0, in
/// the place of those that are not. Nothing where none is known.
std::vector<double> known_noises(std::span<const double> noises);

/// How much labels of such noises count in a mean of losses: 1 / (noise^2 + median noise^2), scaled
/// to a mean of 1. Without the median, which stands for what a model itself errs by, the few labels
/// whose seeds happen to agree would decide everything; with it none counts more than twice as much
/// as the median one. Nothing where no noise is known.
std::vector<double> noise_weights(std::span<const double> noises);

}  // namespace evonas::predictor
