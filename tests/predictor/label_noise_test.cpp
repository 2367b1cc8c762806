#include "predictor/label_noise.hpp"

#include <numeric>

#include <doctest/doctest.h>

namespace evonas::predictor {
namespace {

TEST_CASE("unknown noises are taken for the median of the others") {
  CHECK(known_noises(std::vector{0.0, 3.0, 1.0, 9.0}) == std::vector{3.0, 3.0, 1.0, 9.0});
  CHECK(known_noises(std::vector{0.0, 2.0}) == std::vector{2.0, 2.0});
  CHECK(known_noises(std::vector{0.0, 0.0}).empty());
  CHECK(known_noises({}).empty());
}

TEST_CASE("labels weigh by their noise and the median noise") {
  const std::vector<double> weights = noise_weights(std::vector{2.0, 1.0, 0.0, 4.0, 1e9});
  REQUIRE(weights.size() == 5);
  CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == doctest::Approx(5.0));
  CHECK(weights[2] == weights[0]);  // of unknown noise: as the median
  CHECK(weights[1] / weights[0] == doctest::Approx((4.0 + 4.0) / (1.0 + 4.0)));
  CHECK(weights[3] / weights[0] == doctest::Approx((4.0 + 4.0) / (16.0 + 4.0)));
  CHECK(weights[4] < 1e-12);
  CHECK(noise_weights(std::vector{0.0, 0.0}).empty());
}

TEST_CASE("no label counts more than twice as much as the median one") {
  const std::vector<double> weights = noise_weights(std::vector{1e-9, 1.0, 1.0});
  CHECK(weights[0] / weights[1] == doctest::Approx(2.0));
}

}  // namespace
}  // namespace evonas::predictor
