#include "predictor/models/graph_spectrum.hpp"

#include <limits>

#include <torch/utils.h>

namespace evonas::predictor {
namespace {

constexpr double kEmbeddingTemperature = 0.1;  // of cosines
constexpr double kSpectrumTemperature = 0.2;   // of squared distances

}  // namespace

torch::Tensor laplacian_spectra(const GraphBatch& graphs) {
  const torch::NoGradGuard no_gradients;
  const torch::Tensor edges =
      (graphs.adjacency + graphs.adjacency.transpose(1, 2)).clamp_max(1.0).to(torch::kDouble);
  const torch::Tensor degrees = edges.sum(2);
  const torch::Tensor scale = degrees.clamp_min(1.0).rsqrt();
  const torch::Tensor own = (degrees > 0).to(torch::kDouble).diag_embed();
  const torch::Tensor laplacian = own - edges * scale.unsqueeze(1) * scale.unsqueeze(2);
  return torch::linalg_eigvalsh(laplacian).flip({1}).to(torch::kFloat);
}

torch::Tensor contrastive_loss(const torch::Tensor& embeddings, const torch::Tensor& spectra) {
  const torch::Tensor unit = embeddings / embeddings.norm(2, -1, /*keepdim=*/true).clamp_min(1e-6);
  const torch::Tensor self = torch::eye(embeddings.size(0), torch::TensorOptions(torch::kBool));
  const auto others = [&](const torch::Tensor& similarity) {
    return similarity.masked_fill(self, -std::numeric_limits<float>::infinity());
  };
  const torch::Tensor distances = (spectra.unsqueeze(1) - spectra.unsqueeze(0)).square().sum(-1);
  const torch::Tensor wanted = others(-distances / kSpectrumTemperature).softmax(-1);
  const torch::Tensor found = others(unit.matmul(unit.t()) / kEmbeddingTemperature).log_softmax(-1);
  return -(wanted * found.masked_fill(self, 0.0)).sum(-1).mean();
}

}  // namespace evonas::predictor
