#include "predictor/cost_regression.hpp"

#include <cmath>

#include "base/json.hpp"
#include "predictor/network_graph.hpp"

namespace evonas::predictor {
namespace {

constexpr double kCostRidge = 1e-6;

}  // namespace

CostRegression::CostRegression(spaces::AnySpace space, const spaces::NetworkInput& input,
                               Costs costs)
    : space_(std::move(space)), input_(input), costs_(costs) {}

std::vector<double> CostRegression::rows(std::span<const spaces::Genotype> block) const {
  std::vector<double> rows;
  for (const NetworkGraph& network : network_graphs(space_, input_, block)) {
    rows.push_back(std::log1p(network.macs));
    if (costs_ == Costs::FlopsAndMemory) rows.push_back(std::log1p(network.memory));
  }
  return rows;
}

void CostRegression::fit(std::span<const Label> labels, const FitControl& /*control*/) {
  const LabelScale scale(labels, LabelScale::Kind::LargestIsOne);
  std::vector<spaces::Genotype> genotypes;
  std::vector<double> values;
  for (const Label& label : labels) {
    genotypes.push_back(label.genotype);
    values.push_back(std::log(scale.scaled(label.value)));
  }
  const std::vector<double> costs = rows(genotypes);
  fitted_ = fit_linear(costs, width(), values, kCostRidge);
  double squares = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto row = std::span(costs).subspan(width() * i, width());
    squares += std::pow(fitted_.value(row) - values[i], 2);
  }
  deviation_ = std::sqrt(squares / static_cast<double>(values.size()));
  scale_ = scale;
}

std::vector<Prediction> CostRegression::predict(std::span<const spaces::Genotype> block) const {
  check_fitted();
  const std::vector<double> costs = rows(block);
  std::vector<Prediction> predictions;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double scaled = std::exp(fitted_.value(std::span(costs).subspan(width() * i, width())));
    const double value = scale_->value(scaled);
    predictions.push_back(
        {.mean = value, .deviation = scale_->value(scaled * (1.0 + deviation_)) - value});
  }
  return predictions;
}

nlohmann::json CostRegression::state() const {
  check_fitted();
  nlohmann::json state = scale_->state();
  state["centres"] = fitted_.centres;
  state["weights"] = fitted_.weights;
  state["mean"] = fitted_.mean;
  state["deviation"] = deviation_;
  return state;
}

void CostRegression::restore(const nlohmann::json& state) {
  const LabelScale scale = LabelScale::from_state(state, LabelScale::Kind::LargestIsOne);
  LinearFit fit{.centres = state.at("centres").get<std::vector<double>>(),
                .weights = state.at("weights").get<std::vector<double>>(),
                .mean = state.at("mean").get<double>()};
  if (fit.centres.size() != width() || fit.weights.size() != width()) {
    throw PredictorError("the weights are not those of a regression on these costs");
  }
  deviation_ = state.at("deviation").get<double>();
  fitted_ = std::move(fit);
  scale_ = scale;
}

void CostRegression::check_fitted() const {
  if (!scale_) throw PredictorError("the regression on costs has not been fitted yet");
}

}  // namespace evonas::predictor
