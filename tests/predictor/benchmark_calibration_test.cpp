#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "predictor/predictor_benchmark.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

/// Says of each architecture what it has been told to say, whatever it is fitted to.
class ToldPredictor final : public Predictor {
 public:
  explicit ToldPredictor(std::map<spaces::Genotype, Prediction> told) : told_(std::move(told)) {}

  void fit(std::span<const Label> /*labels*/, const FitControl& /*control*/) override {}
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override {
    std::vector<Prediction> predictions;
    for (const spaces::Genotype& genotype : block) predictions.push_back(told_.at(genotype));
    return predictions;
  }
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json& /*state*/) override {}

 private:
  std::map<spaces::Genotype, Prediction> told_;
};

/// Values around means, each as far off as its own deviation makes likely; what is told of the
/// deviation is `told` times as much.
struct Case {
  BenchmarkData data;
  std::map<spaces::Genotype, Prediction> predictions;
};

Case drawn_case(std::size_t count, double told) {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  Rng rng(7, "values of a test");
  Case result;
  for (std::size_t i = 0; i < count; ++i) {
    const spaces::Genotype genotype = space.at(3 * i);
    const double deviation = 0.1 + 2.0 * rng.uniform();
    const double mean = 10.0 * rng.normal();
    result.data.genotypes.push_back(genotype);
    result.data.values.push_back(mean + deviation * rng.normal());
    result.predictions[genotype] = {.mean = mean, .deviation = told * deviation};
  }
  return result;
}

BenchmarkFit fit_of(const Case& drawn) {
  ToldPredictor predictor(drawn.predictions);
  return benchmark_fit(predictor, drawn.data, {.train = 10}, Split::First, {.seed = 1});
}

/// The tested ones, which are all but the first ten.
std::vector<std::pair<double, double>> errors_and_deviations(const Case& drawn) {
  std::vector<std::pair<double, double>> result;
  for (std::size_t i = 10; i < drawn.data.values.size(); ++i) {
    const Prediction& told = drawn.predictions.at(drawn.data.genotypes[i]);
    result.emplace_back(std::abs(told.mean - drawn.data.values[i]), told.deviation);
  }
  return result;
}

/// How many others are below each, and half of those equal to it: ranks up to a constant.
std::vector<double> counted_ranks(const std::vector<double>& numbers) {
  std::vector<double> ranks;
  for (const double number : numbers) {
    double rank = 0.0;
    for (const double other : numbers) {
      rank += other < number ? 1.0 : other == number ? 0.5 : 0.0;
    }
    ranks.push_back(rank);
  }
  return ranks;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

TEST_CASE("shares that intervals hold are those counted by the normal distribution") {
  for (const double told : {0.5, 1.0, 3.0}) {
    CAPTURE(told);
    const Case drawn = drawn_case(1500, told);
    const BenchmarkFit fit = fit_of(drawn);
    const auto pairs = errors_and_deviations(drawn);
    REQUIRE(fit.tested == pairs.size());
    REQUIRE(fit.held.size() == kIntervalLevels.size());
    for (std::size_t level = 0; level < kIntervalLevels.size(); ++level) {
      // An interval holds a value where the normal distribution is at most as sure that a value
      // lies nearer to the mean.
      const auto held = std::ranges::count_if(pairs, [&](const auto& pair) {
        return std::erf(pair.first / pair.second / std::sqrt(2.0)) <= kIntervalLevels[level];
      });
      CHECK(fit.held[level] ==
            doctest::Approx(static_cast<double>(held) / static_cast<double>(pairs.size())));
    }
    CHECK(fit.coverage90 == fit.held[8]);
  }
}

TEST_CASE("deviations that are true hold what they promise, and too small ones less") {
  const BenchmarkFit honest = fit_of(drawn_case(5000, 1.0));
  for (std::size_t level = 0; level < kIntervalLevels.size(); ++level) {
    CHECK(honest.held[level] == doctest::Approx(kIntervalLevels[level]).epsilon(0.05));
  }
  // Half of 1.645 deviations to either side hold 58.9 %, twice as many 99.9 %.
  CHECK(fit_of(drawn_case(5000, 0.5)).coverage90 == doctest::Approx(0.589).epsilon(0.03));
  CHECK(fit_of(drawn_case(5000, 2.0)).coverage90 == doctest::Approx(0.999).epsilon(0.003));
}

TEST_CASE("the rho of deviations is the correlation of counted ranks") {
  Case drawn = drawn_case(600, 1.0);
  // Some deviations are the same.
  for (auto& [genotype, told] : drawn.predictions) {
    if (told.deviation < 0.8) told.deviation = 0.5;
  }
  const BenchmarkFit fit = fit_of(drawn);
  std::vector<double> errors;
  std::vector<double> deviations;
  for (const auto& [error, deviation] : errors_and_deviations(drawn)) {
    errors.push_back(error);
    deviations.push_back(deviation);
  }
  const double expected = correlation(counted_ranks(deviations), counted_ranks(errors));
  CHECK(expected > 0.3);
  CHECK(fit.deviation_rho == doctest::Approx(expected));
}

TEST_CASE("a predictor without deviations holds nothing") {
  const BenchmarkFit fit = fit_of(drawn_case(200, 0.0));
  CHECK(fit.held.empty());
  CHECK(fit.coverage90 == 0.0);
  CHECK(fit.deviation_rho == 0.0);
}

}  // namespace
}  // namespace evonas::predictor
