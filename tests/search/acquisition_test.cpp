#include "search/guided/acquisition.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "base/random.hpp"

using namespace evonas;
using namespace evonas::search;

namespace {

GuidanceOptions by(const std::string& acquisition) {
  GuidanceOptions options;
  options.acquisition = acquisition;
  options.deviations = 0.5;
  return options;
}

}  // namespace

TEST_CASE("merits are what they are called") {
  const predictor::Prediction belief{.mean = 3.0, .deviation = 2.0};
  CHECK(merit(by("mean"), belief, 1.0, 9.0) == 3.0);
  CHECK(merit(by("upper_bound"), belief, 1.0, 9.0) == 2.0);
  CHECK(merit(by("thompson"), belief, 1.0, -1.5) == 0.0);
  CHECK(merit(by("independent_thompson"), belief, 1.0, -1.5) == 0.0);
  CHECK(merit(by("expected_hypervolume"), belief, 1.0, 9.0) ==
        merit(by("expected_improvement"), belief, 1.0, 9.0));
}

TEST_CASE("expected improvement is the mean of what many draws gain") {
  Rng rng(1, "test");
  for (const auto& [mean, deviation, best] :
       {std::tuple{3.0, 2.0, 1.0}, {0.0, 1.0, 2.0}, {1.0, 0.3, 1.0}}) {
    double gained = 0.0;
    constexpr int kDraws = 400000;
    for (int i = 0; i < kDraws; ++i) {
      gained += std::max(0.0, best - (mean + deviation * rng.normal())) / kDraws;
    }
    const predictor::Prediction belief{.mean = mean, .deviation = deviation};
    CHECK(std::exp(-merit(by("expected_improvement"), belief, best, 0.0)) ==
          doctest::Approx(gained).epsilon(0.02));
  }
  const predictor::Prediction certain{.mean = 1.0, .deviation = 0.0};
  CHECK(log_expected_improvement(certain, 3.0) == doctest::Approx(std::log(2.0)));
  CHECK(log_expected_improvement(certain, 0.5) == kNoHope);
}

TEST_CASE("probabilities are those of the normal distribution") {
  const auto probability = [](double mean, double deviation, double bound) {
    return std::exp(log_probability_below({.mean = mean, .deviation = deviation}, bound));
  };
  CHECK(probability(2.0, 1.0, 2.0) == doctest::Approx(0.5));
  CHECK(probability(2.0, 2.0, 5.92) == doctest::Approx(0.975));
  CHECK(probability(2.0, 0.0, 2.0) == 1.0);
  CHECK(probability(2.0, 0.0, 1.9) == 0.0);
}

TEST_CASE("logarithms of what a double cannot hold still tell candidates apart") {
  // Published values of the logarithm of the distribution function.
  CHECK(log_probability_below({.mean = 0.0, .deviation = 1.0}, -10.0) ==
        doctest::Approx(-53.23128515).epsilon(1e-9));
  CHECK(log_probability_below({.mean = 0.0, .deviation = 1.0}, -40.0) ==
        doctest::Approx(-804.6084420).epsilon(1e-9));
  double probability = 0.0;
  double improvement = 1e9;
  for (double mean = 0.0; mean < 1e6; mean = 1.1 * mean + 0.01) {
    const predictor::Prediction belief{.mean = mean, .deviation = 1.0};
    CHECK(log_probability_below(belief, 0.0) < probability);
    CHECK(log_expected_improvement(belief, 0.0) < improvement);
    probability = log_probability_below(belief, 0.0);
    improvement = log_expected_improvement(belief, 0.0);
  }
  CHECK(log_probability_below({.mean = 1.0, .deviation = 1e-300}, 0.0) == kNoHope);
  CHECK(log_expected_improvement({.mean = 1.0, .deviation = 1e-300}, 0.0) == kNoHope);
}
