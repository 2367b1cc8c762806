#include "predictor/models/graph_spectrum.hpp"

#include <cmath>

#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE(
    "the contrastive loss is the cross-entropy between likeness by spectra and by embeddings") {
  // The first two graphs have one spectrum and one direction; the third is apart in both.
  const torch::Tensor embeddings = torch::tensor({{2.0F, 0.0F}, {0.5F, 0.0F}, {0.0F, 3.0F}});
  const torch::Tensor spectra = torch::tensor({{0.0F}, {0.0F}, {1.0F}});
  // By spectra the third has the share 1 / (1 + e^5) among the others of the first; by embeddings
  // it is e^-10 / (1 + e^-10). To the third both others are alike.
  const double third = 1.0 / (1.0 + std::exp(5.0));
  const double of_first = std::log1p(std::exp(-10.0)) + 10.0 * third;
  CHECK(contrastive_loss(embeddings, spectra).item<double>() ==
        doctest::Approx((2.0 * of_first + std::log(2.0)) / 3.0).epsilon(1e-5));
  // Embeddings that tell the wrong graphs apart are worse.
  const torch::Tensor wrong = torch::tensor({{1.0F, 0.0F}, {0.0F, 1.0F}, {1.0F, 0.0F}});
  CHECK(contrastive_loss(wrong, spectra).item<double>() >
        contrastive_loss(embeddings, spectra).item<double>() + 1.0);
}

TEST_CASE("spectra are those of the normalised Laplacian, whatever the padding") {
  GraphBatch graphs;
  graphs.operations = torch::zeros({1, 4}, torch::kInt64);
  graphs.adjacency = torch::zeros({1, 4, 4});
  for (const auto& [from, to] : {std::pair{0, 1}, std::pair{1, 2}}) {
    graphs.adjacency[0][from][to] = 1.0F;
  }
  graphs.mask = torch::tensor({{1.0F, 1.0F, 1.0F, 0.0F}});
  const torch::Tensor expected = torch::tensor({{2.0F, 1.0F, 0.0F, 0.0F}});
  CHECK(torch::allclose(laplacian_spectra(graphs), expected, 1e-4, 1e-5));
}

}  // namespace
}  // namespace evonas::predictor
