#include "evaluation/training/normalised_sum.hpp"

#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

torch::Tensor image(std::int64_t seed, torch::ScalarType format = torch::kFloat32) {
  torch::manual_seed(seed);
  return torch::randn({4, 6, 5, 3})
      .contiguous(torch::MemoryFormat::ChannelsLast)
      .to(format)
      .requires_grad_();
}

NormalisedTerm term(const torch::Tensor& values, std::int64_t seed) {
  torch::manual_seed(seed);
  return {.values = values,
          .weight = torch::rand({6}).add(0.5).requires_grad_(),
          .bias = torch::randn({6}).requires_grad_(),
          .running_mean = torch::randn({6}),
          .running_variance = torch::rand({6}).add(0.1)};
}

// The same with LibTorch's own operators.
torch::Tensor reference(const std::vector<NormalisedTerm>& terms,
                        const std::vector<torch::Tensor>& plain, bool training) {
  torch::Tensor sum = torch::zeros_like(terms.empty() ? plain[0] : terms[0].values);
  for (const NormalisedTerm& t : terms) {
    sum = sum + torch::batch_norm(t.values, t.weight, t.bias, t.running_mean.clone(),
                                  t.running_variance.clone(), training, 1.0 - t.momentum, t.epsilon,
                                  false);
  }
  for (const torch::Tensor& value : plain) sum = sum + value;
  return sum;
}

void check_close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) {
  REQUIRE(a.defined());
  REQUIRE(b.defined());
  CHECK((a.to(torch::kFloat32) - b.to(torch::kFloat32)).abs().max().item<double>() < tolerance);
}

}  // namespace

TEST_CASE("normalised_sum and its gradient equal LibTorch's operators") {
  for (const bool training : {true, false}) {
    CAPTURE(training);
    std::vector<torch::Tensor> plain = {image(3)};
    std::vector<NormalisedTerm> terms = {term(image(1), 11), term(image(2), 12)};
    const torch::Tensor expected = reference(terms, plain, training);
    const torch::Tensor weights = torch::randn_like(expected);
    // Both results are read, the rectified one more strongly.
    const auto inputs =
        std::vector<torch::Tensor>{terms[0].values, terms[1].values, plain[0],     terms[0].weight,
                                   terms[1].weight, terms[0].bias,   terms[1].bias};
    const auto expected_gradients = torch::autograd::grad(
        {(expected * weights).sum() + 3 * (expected.relu() * weights).sum()}, inputs);
    if (!training) {
      // Evaluation never asks for gradients.
      const torch::NoGradGuard guard;
      check_close(normalised_sum(terms, plain, false, true, false).sum, expected, 1e-5);
      continue;
    }
    const SumResult result = normalised_sum(terms, plain, training, true, true);
    check_close(result.sum, expected, 1e-5);
    check_close(result.rectified, expected.relu(), 1e-5);
    const auto gradients = torch::autograd::grad(
        {(result.sum * weights).sum() + 3 * (result.rectified * weights).sum()}, inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      check_close(gradients[i], expected_gradients[i], 1e-4);
    }
  }
}

TEST_CASE("normalised_sum updates running statistics as LibTorch does") {
  NormalisedTerm ours = term(image(1), 11);
  NormalisedTerm theirs = term(image(1), 11);
  std::vector<NormalisedTerm> terms = {ours};
  normalised_sum(terms, {}, true, true, false);
  torch::batch_norm(theirs.values, theirs.weight, theirs.bias, theirs.running_mean,
                    theirs.running_variance, true, 1.0 - theirs.momentum, theirs.epsilon, false);
  check_close(ours.running_mean, theirs.running_mean, 1e-6);
  check_close(ours.running_variance, theirs.running_variance, 1e-6);
}

TEST_CASE("normalised_sum works in bfloat16 and without normalisations") {
  std::vector<NormalisedTerm> terms = {term(image(1, torch::kBFloat16), 11)};
  const std::vector<torch::Tensor> plain = {image(2, torch::kBFloat16), image(3, torch::kBFloat16)};
  std::vector<NormalisedTerm> wide = terms;
  wide[0].values = terms[0].values.to(torch::kFloat32);
  std::vector<torch::Tensor> wide_plain;
  for (const auto& value : plain) wide_plain.push_back(value.to(torch::kFloat32));
  check_close(normalised_sum(terms, plain, true, true, false).sum,
              reference(wide, wide_plain, true), 0.05);
  std::vector<NormalisedTerm> none;
  check_close(normalised_sum(none, plain, true, false, true).rectified,
              reference({}, wide_plain, true).relu(), 0.05);
}

}  // namespace evonas::evaluation
