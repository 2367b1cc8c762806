#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// The architectures that predictors are compared on.
struct BenchmarkData {
  std::vector<spaces::Genotype> genotypes;
  std::vector<double> values;       ///< by architecture: what predictors learn, and are tested on
  std::vector<double> noises;       ///< by architecture: Label::noise of its value; may be empty
  std::vector<double> test_values;  ///< by architecture, a second value to test on; may be empty
  std::vector<std::size_t> groups;  ///< by architecture, the number of its group; may be empty
  /// By group, others that are left out with it, as they tell what only it should; may be empty.
  std::vector<std::vector<std::size_t>> alike;
  bool higher_is_better = true;
};

/// How architectures to learn from are chosen.
enum class Split {
  Random,         ///< anew for each seed
  First,          ///< the first of the data, as some papers do
  LeaveGroupOut,  ///< Random, without the group number seed - 1 (counted round), the only one
                  ///< tested, and without its like
};

/// Shares of true values that intervals are asked to hold.
inline constexpr std::array<double, 10> kIntervalLevels = {0.1, 0.2, 0.3, 0.4, 0.5,
                                                           0.6, 0.7, 0.8, 0.9, 0.95};

/// A tested architecture: what it is, and what was predicted.
struct BenchmarkPoint {
  double value = 0.0;
  double predicted = 0.0;

  bool operator==(const BenchmarkPoint&) const = default;
};

/// How a fit does on the tested architectures of one group.
struct BenchmarkGroup {
  std::size_t group = 0;
  std::size_t tested = 0;  ///< architectures
  double tau = 0.0;
  double mape = 0.0;  ///< as BenchmarkFit has them
  double within10 = 0.0;

  bool operator==(const BenchmarkGroup&) const = default;
};

/// One fit of one predictor, tested on architectures that it did not learn from.
struct BenchmarkFit {
  double tau = 0.0;              ///< Kendall's tau-b between predictions and values
  double rho = 0.0;              ///< Spearman's rho between the same
  double test_tau = 0.0;         ///< and test values; 0 where there are none
  double top10_tau = 0.0;        ///< tau among the tenth with the best values
  double mape = 0.0;             ///< mean of |prediction - value| / |value|, in percent
  double within10 = 0.0;         ///< share of predictions at most 10 % off the value, in percent
  double deviation_rho = 0.0;    ///< Spearman's rho between expected deviations and true errors
  double coverage90 = 0.0;       ///< share of values within 1.645 expected deviations
  double fit_seconds = 0.0;      ///< by the clock, with the other seeds beside it; without `curve`
  double refresh_seconds = 0.0;  ///< likewise
  double predict_seconds = 0.0;  ///< of all tested architectures, likewise
  std::size_t parameters = 0;
  std::size_t tested = 0;  ///< architectures
  /// For each of kIntervalLevels the share of values within that interval of a normal distribution
  /// around the prediction; empty where the predictor expects no deviations.
  std::vector<double> held;
  std::vector<BenchmarkGroup> groups;  ///< that have been tested, ascending; empty without groups
  std::vector<BenchmarkPoint> points;  ///< BenchmarkSize::points of the tested ones, to six digits
  std::vector<LearningPoint> curve;  ///< as FitControl::on_point tells it; empty where it does not
};

struct BenchmarkSize {
  std::size_t train = 0;    ///< labels to learn from; 0 for predictors that know labels of others
  std::size_t refresh = 0;  ///< so many of them come after the fit, all at once, for a refresh
  std::size_t test = 0;     ///< most architectures to test on; 0 is all that are left
  std::size_t points = 0;   ///< most of them to keep, evenly spaced in the order of testing
  std::size_t curve = 0;    ///< the first so many of them tell the tau of points of the curve
};

/// Fits a new predictor to some labels of the data and tests it. The same seed chooses the same
/// labels for every predictor. Throws PredictorError where nothing would be left to test on, and as
/// Predictor::fit() does.
BenchmarkFit benchmark_fit(Predictor& predictor, const BenchmarkData& data, BenchmarkSize size,
                           Split split, const FitControl& control);

}  // namespace evonas::predictor
