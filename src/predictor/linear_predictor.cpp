#include "predictor/linear_predictor.hpp"

#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "graph/cost.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kCosts = 4;
constexpr double kRidge = 1e-3;  // on top of the sum of squares of every cost

using CostMatrix = std::array<std::array<double, kCosts>, kCosts>;

/// The solution of a x = b for a symmetric positive definite matrix, by Cholesky's factor.
std::array<double, kCosts> solve(CostMatrix a, std::array<double, kCosts> b) {
  for (std::size_t row = 0; row < kCosts; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double value = a.at(row).at(column);
      for (std::size_t k = 0; k < column; ++k) value -= a.at(row).at(k) * a.at(column).at(k);
      a.at(row).at(column) = row == column ? std::sqrt(value) : value / a.at(column).at(column);
    }
  }
  for (std::size_t row = 0; row < kCosts; ++row) {
    for (std::size_t k = 0; k < row; ++k) b.at(row) -= a.at(row).at(k) * b.at(k);
    b.at(row) /= a.at(row).at(row);
  }
  for (std::size_t row = kCosts; row-- > 0;) {
    for (std::size_t k = row + 1; k < kCosts; ++k) b.at(row) -= a.at(k).at(row) * b.at(k);
    b.at(row) /= a.at(row).at(row);
  }
  return b;
}

}  // namespace

LinearPredictor::LinearPredictor(spaces::AnySpace space, const spaces::NetworkInput& input)
    : space_(std::move(space)), input_(input) {}

std::vector<double> LinearPredictor::costs(std::span<const spaces::Genotype> block) const {
  std::vector<double> costs(kCosts * block.size());
  parallel_for(block.size(), [&](std::size_t i) {
    const graph::Graph network = space_.network(block[i], input_);
    const graph::Cost cost = graph::cost(network);
    double* const row = &costs[kCosts * i];
    row[0] = std::log1p(static_cast<double>(cost.parameters));
    row[1] = std::log1p(static_cast<double>(cost.macs));
    row[2] = std::log1p(static_cast<double>(cost.activation_bytes));
    row[3] = std::log1p(static_cast<double>(network.size()));
  });
  return costs;
}

void LinearPredictor::fit(std::span<const Label> labels, const FitControl& /*control*/) {
  check_labels(labels);
  std::vector<spaces::Genotype> genotypes;
  const auto count = static_cast<double>(labels.size());
  double mean = 0.0;
  for (const Label& label : labels) {
    genotypes.push_back(label.genotype);
    mean += label.value / count;
  }
  const std::vector<double> rows = costs(genotypes);
  std::vector<double> centres(kCosts, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) centres[i % kCosts] += rows[i] / count;
  CostMatrix products{};
  std::array<double, kCosts> right{};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t a = 0; a < kCosts; ++a) {
      const double value = rows[kCosts * i + a] - centres[a];
      right.at(a) += value * (labels[i].value - mean);
      for (std::size_t b = 0; b < kCosts; ++b) {
        products.at(a).at(b) += value * (rows[kCosts * i + b] - centres[b]);
      }
    }
  }
  for (std::size_t a = 0; a < kCosts; ++a) products.at(a).at(a) += kRidge * count;
  const std::array<double, kCosts> solution = solve(products, right);
  centres_ = std::move(centres);
  weights_.assign(solution.begin(), solution.end());
  weights_.push_back(mean);
  deviation_ = 0.0;
  double squares = 0.0;
  const std::vector<Prediction> fitted = predict(genotypes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    squares += std::pow(fitted[i].mean - labels[i].value, 2);
  }
  deviation_ = std::sqrt(squares / count);
}

std::vector<Prediction> LinearPredictor::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  const std::vector<double> rows = costs(block);
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < block.size(); ++i) {
    double value = weights_.back();
    for (std::size_t a = 0; a < kCosts; ++a) {
      value += weights_[a] * (rows[kCosts * i + a] - centres_[a]);
    }
    predictions.push_back({.mean = value, .deviation = deviation_});
  }
  return predictions;
}

nlohmann::json LinearPredictor::state() const {
  check_fitted();
  return {{"centres", centres_}, {"weights", weights_}, {"deviation", deviation_}};
}

void LinearPredictor::restore(const nlohmann::json& state) {
  auto centres = state.at("centres").get<std::vector<double>>();
  auto weights = state.at("weights").get<std::vector<double>>();
  if (centres.size() != kCosts || weights.size() != kCosts + 1) {
    throw PredictorError("the weights are not those of a linear predictor");
  }
  deviation_ = state.at("deviation").get<double>();
  centres_ = std::move(centres);
  weights_ = std::move(weights);
}

void LinearPredictor::check_fitted() const {
  if (weights_.empty()) throw PredictorError("the linear predictor has not been fitted yet");
}

}  // namespace evonas::predictor
