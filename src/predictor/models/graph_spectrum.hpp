#pragma once

#include "predictor/models/graph_model.hpp"

namespace evonas::predictor {

/// The eigenvalues of the normalised Laplacian of each graph, edges taken without direction, in
/// descending order and zero at padding: graphs x nodes. Graphs with close spectra are built alike,
/// whatever their operations are (Mills et al., "GENNAPE", AAAI 2023).
torch::Tensor laplacian_spectra(const GraphBatch& graphs);

/// How badly embeddings tell which graphs are alike: the cross-entropy between what a graph's
/// similarities to the others of the batch are by their spectra and by their embeddings (graphs x
/// width), both as softmax over the others.
torch::Tensor contrastive_loss(const torch::Tensor& embeddings, const torch::Tensor& spectra);

}  // namespace evonas::predictor
