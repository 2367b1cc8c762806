#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "predictor/joint_labels.hpp"
#include "predictor/predictor.hpp"

namespace evonas::search {

/// What each gene matters to a predictor (permutation importance: Breiman, "Random forests",
/// Machine Learning 45, 2001): by how much the squared error on `labels` grows when the values of
/// one gene are shuffled among their architectures, divided by twice the variance of the labels, at
/// least 0. Where the predictor is exact and genes are independent, this is the share of the
/// variance that is gone once the gene is not known.
///
/// One number a gene; none where there are no labels, or all have one value. Architectures with
/// another number of genes than most have are left out, and so is what the space refuses. Of many
/// architectures 200 are looked at, evenly spread over `labels`. At most about 20,000 predictions,
/// on the threads of the arena that the caller is in. The same seed gives the same numbers.
std::vector<double> permutation_importance(const spaces::AnySpace& space,
                                           const predictor::Predictor& predictor,
                                           std::span<const predictor::Label> labels,
                                           std::uint64_t seed);

/// By metric one prediction for each architecture of a block.
using PredictAll = std::function<std::vector<std::vector<predictor::Prediction>>(
    std::span<const spaces::Genotype> block)>;

/// The same of several metrics, by metric: what predicts all of them is asked once for each
/// architecture. `labels` are those of the same architectures in the same order for every metric.
std::vector<std::vector<double>> permutation_importance(const spaces::AnySpace& space,
                                                        const PredictAll& predict,
                                                        predictor::LabelLists labels,
                                                        std::uint64_t seed);

}  // namespace evonas::search
