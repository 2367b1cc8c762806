#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "search/pareto.hpp"

using namespace evonas;
using namespace evonas::search;

namespace {

using Points = std::vector<std::vector<double>>;

Points some_points(std::size_t dimensions, int below) {
  Points points(*rc::gen::inRange<std::size_t>(0, 14));
  for (auto& point : points) {
    for (std::size_t k = 0; k < dimensions; ++k) point.push_back(*rc::gen::inRange(0, below));
  }
  return points;
}

/// Counts the unit cells below `reference` that some point dominates.
double counted_cells(const Points& points, std::size_t dimensions, int reference) {
  std::size_t cells = 1;
  for (std::size_t k = 0; k < dimensions; ++k) cells *= static_cast<std::size_t>(reference);
  double covered = 0.0;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const bool is_covered = std::any_of(points.begin(), points.end(), [&](const auto& point) {
      std::size_t rest = cell;
      for (std::size_t k = 0; k < dimensions; ++k) {
        if (point[k] > static_cast<double>(rest % static_cast<std::size_t>(reference)))
          return false;
        rest /= static_cast<std::size_t>(reference);
      }
      return true;
    });
    covered += is_covered ? 1.0 : 0.0;
  }
  return covered;
}

/// Union of the boxes by inclusion and exclusion over all subsets.
double included_and_excluded(const Points& points, const std::vector<double>& reference) {
  double total = 0.0;
  for (std::size_t subset = 1; subset < (std::size_t{1} << points.size()); ++subset) {
    double volume = -1.0;
    for (std::size_t k = 0; k < reference.size(); ++k) {
      double worst = -1e300;
      for (std::size_t i = 0; i < points.size(); ++i) {
        if ((subset >> i) % 2 == 1) worst = std::max(worst, points[i][k]);
      }
      volume *= std::max(0.0, reference[k] - worst);
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
      if ((subset >> i) % 2 == 1) volume = -volume;
    }
    total += volume;
  }
  return total;
}

}  // namespace

TEST_CASE("the hypervolume is the number of covered cells, for points on a grid") {
  // Points reach beyond the reference, so some are outside.
  const int references[] = {0, 9, 7, 6, 5, 4};
  for (std::size_t dimensions = 1; dimensions <= 5; ++dimensions) {
    CAPTURE(dimensions);
    const int reference = references[dimensions];
    CHECK(rc::check([&] {
      const Points points = some_points(dimensions, reference + 2);
      const std::vector<double> corner(dimensions, reference);
      RC_ASSERT(hypervolume(points, corner) == counted_cells(points, dimensions, reference));
    }));
  }
}

TEST_CASE("the hypervolume agrees with inclusion and exclusion for any points") {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> uniform(-1.0, 1.2);
  for (std::size_t dimensions = 1; dimensions <= 6; ++dimensions) {
    for (int trial = 0; trial < 20; ++trial) {
      Points points(9);
      for (auto& point : points) {
        for (std::size_t k = 0; k < dimensions; ++k) point.push_back(uniform(random));
      }
      const std::vector<double> corner(dimensions, 1.0);
      CHECK(hypervolume(points, corner) ==
            doctest::Approx(included_and_excluded(points, corner)).epsilon(1e-9));
    }
  }
}

TEST_CASE("the sweep in three dimensions agrees with the general algorithm on large fronts") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  Points points(300);
  for (auto& point : points) {
    for (int k = 0; k < 3; ++k) point.push_back(uniform(random));
  }
  // A fourth objective that all share adds one factor.
  Points lifted = points;
  for (auto& point : lifted) point.push_back(0.5);
  CHECK(hypervolume(points, std::vector<double>(3, 1.0)) ==
        doctest::Approx(2.0 * hypervolume(lifted, std::vector<double>(4, 1.0))).epsilon(1e-9));
}

TEST_CASE("points outside the reference add nothing, and none is none") {
  const std::vector<double> corner{1.0, 1.0};
  CHECK(hypervolume({}, corner) == 0.0);
  CHECK(hypervolume(Points{{0.0, 1.0}, {2.0, 0.0}, {1.0, 1.0}}, corner) == 0.0);
  CHECK(hypervolume(Points{{0.0, 0.5}, {2.0, 0.0}}, corner) == doctest::Approx(0.5));
}

TEST_CASE("dimensions that differ are refused") {
  CHECK_THROWS_WITH_AS(hypervolume(Points{{1.0, 1.0}, {1.0}}, std::vector<double>{2.0, 2.0}),
                       doctest::Contains("point 1 of a hypervolume has 1 values"), SearchError);
  CHECK_THROWS_AS(hypervolume(Points{}, std::vector<double>{}), SearchError);
}
