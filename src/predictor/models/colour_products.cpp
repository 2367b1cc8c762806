#include "predictor/models/colour_products.hpp"

#include <cstdint>
#include <vector>

#include <torch/utils.h>

namespace evonas::predictor {

torch::Tensor products_of(std::span<const ColourHistograms> histograms, const ColourIndex& index,
                          std::span<const double> weights) {
  torch::Tensor products = torch::zeros(
      {static_cast<std::int64_t>(histograms.size()), static_cast<std::int64_t>(index.graphs())},
      torch::kDouble);
  const std::span all(products.data_ptr<double>(), histograms.size() * index.graphs());
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    index.add_products(histograms[i], weights, all.subspan(i * index.graphs(), index.graphs()));
  }
  return products;
}

torch::Tensor products_by_round(std::span<const ColourHistograms> histograms) {
  const ColourIndex index(histograms);
  const std::size_t rounds = histograms.front().rounds();
  std::vector<torch::Tensor> products;
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<double> weights(rounds, 0.0);
    weights[round] = 1.0;
    products.push_back(products_of(histograms, index, weights));
  }
  return torch::stack(products);
}

}  // namespace evonas::predictor
