#include "base/principal_components.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace evonas {
namespace {

TEST_CASE("principal components are the directions in which points differ most") {
  // Deviations 5, 2 and 0.1 along three directions at right angles, far from the origin.
  const std::vector<std::vector<double>> axes = {
      {0.6, 0.8, 0.0}, {-0.8, 0.6, 0.0}, {0.0, 0.0, 1.0}};
  std::vector<double> points;
  std::vector<double> first;
  std::vector<double> second;
  Rng rng(1, "points");
  for (int i = 0; i < 4000; ++i) {
    first.push_back(5.0 * rng.normal());
    second.push_back(2.0 * rng.normal());
    const double third = 0.1 * rng.normal();
    for (std::size_t column = 0; column < 3; ++column) {
      points.push_back(100.0 + first.back() * axes[0][column] + second.back() * axes[1][column] +
                       third * axes[2][column]);
    }
  }
  const PrincipalComponents components = principal_components(points, 3, 2);
  REQUIRE(components.scores.size() == 8000);
  CHECK(components.shares.at(0) == doctest::Approx(25.0 / 29.01).epsilon(0.02));
  CHECK(components.shares.at(1) == doctest::Approx(4.0 / 29.01).epsilon(0.05));
  // The largest weights, 0.8 of y and -0.8 of x, are positive: the second is turned round.
  for (const std::size_t i : {0U, 7U, 3999U}) {
    CHECK(components.scores[2 * i] == doctest::Approx(first[i]).epsilon(0.02).scale(5.0));
    CHECK(components.scores[2 * i + 1] == doctest::Approx(-second[i]).epsilon(0.05).scale(5.0));
  }
  CHECK(principal_components(points, 3, 2).scores == components.scores);
}

TEST_CASE("directions without variance have no scores") {
  const PrincipalComponents line =
      principal_components(std::vector<double>{0, 0, 1, 2, 2, 4}, 2, 2);
  CHECK(line.shares.at(0) == doctest::Approx(1.0));
  CHECK(line.shares.at(1) == 0.0);
  CHECK(line.scores.at(4) == doctest::Approx(std::sqrt(5.0)));
  CHECK(line.scores.at(5) == 0.0);
  CHECK(principal_components(std::vector<double>{3, 3, 3, 3}, 2, 2).scores ==
        std::vector<double>(4, 0.0));
  CHECK(principal_components({}, 2, 2).scores.empty());
  CHECK(principal_components(std::vector<double>{1, 2, 3}, 1, 2).shares.at(1) == 0.0);
}

}  // namespace
}  // namespace evonas
