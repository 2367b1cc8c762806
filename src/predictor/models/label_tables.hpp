#pragma once

#include <span>
#include <vector>

#include <torch/types.h>

#include "predictor/joint_labels.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

/// What labels of several metrics say, as fit_scores() takes it: `columns` by metric and label;
/// `missing` where an architecture has no label.
torch::Tensor by_architecture(const JoinedLabels& joined,
                              std::span<const std::vector<double>> columns, float missing);

/// How much labels of such noises count, by metric and label, as fit_scores() takes it; undefined
/// where all count alike.
torch::Tensor weights_by_architecture(const JoinedLabels& joined,
                                      std::span<const RankedLabels> ranked);

}  // namespace evonas::predictor
