#include "predictor/linear_predictor.hpp"

#include <cmath>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "graph/cost.hpp"
#include "predictor/ridge.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kCosts = 4;
constexpr double kRidge = 1e-3;  // a label, on top of the sum of squares of every cost

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
  std::vector<double> values;
  for (const Label& label : labels) {
    genotypes.push_back(label.genotype);
    values.push_back(label.value);
  }
  const std::vector<double> rows = costs(genotypes);
  fitted_ = fit_linear(rows, kCosts, values, kRidge);
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    squares += std::pow(value_of(rows, i) - values[i], 2);
  }
  deviation_ = std::sqrt(squares / static_cast<double>(values.size()));
}

double LinearPredictor::value_of(std::span<const double> rows, std::size_t i) const {
  return fitted_.value(rows.subspan(kCosts * i, kCosts));
}

std::vector<Prediction> LinearPredictor::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  const std::vector<double> rows = costs(block);
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < block.size(); ++i) {
    predictions.push_back({.mean = value_of(rows, i), .deviation = deviation_});
  }
  return predictions;
}

nlohmann::json LinearPredictor::state() const {
  check_fitted();
  std::vector<double> weights = fitted_.weights;
  weights.push_back(fitted_.mean);
  return {{"centres", fitted_.centres}, {"weights", weights}, {"deviation", deviation_}};
}

void LinearPredictor::restore(const nlohmann::json& state) {
  auto centres = state.at("centres").get<std::vector<double>>();
  auto weights = state.at("weights").get<std::vector<double>>();
  if (centres.size() != kCosts || weights.size() != kCosts + 1) {
    throw PredictorError("the weights are not those of a linear predictor");
  }
  deviation_ = state.at("deviation").get<double>();
  const double mean = weights.back();
  weights.pop_back();
  fitted_ = {.centres = std::move(centres), .weights = std::move(weights), .mean = mean};
}

void LinearPredictor::check_fitted() const {
  if (fitted_.weights.empty()) {
    throw PredictorError("the linear predictor has not been fitted yet");
  }
}

}  // namespace evonas::predictor
