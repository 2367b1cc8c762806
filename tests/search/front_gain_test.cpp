#include "search/guided/front_gain.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

GuidanceOptions going_by(const std::string& acquisition) {
  GuidanceOptions options;
  options.acquisition = acquisition;
  options.deviations = 1.0;
  return options;
}

FrontGain gain_of(std::vector<std::vector<double>> points, const std::string& acquisition) {
  return {std::move(points), going_by(acquisition), Rng(1, "test")};
}

/// What a point adds, by definition; the reference is the worst of the points.
double added_to(const std::vector<std::vector<double>>& points, const std::vector<double>& point,
                const std::vector<double>& reference) {
  std::vector<std::vector<double>> with = points;
  with.push_back(point);
  return hypervolume(with, reference) - hypervolume(points, reference);
}

TEST_CASE("the expected hypervolume of two objectives is the mean of what many draws add") {
  const std::vector<std::vector<double>> points{{0.0, 4.0}, {1.0, 2.0}, {2.5, 1.5},
                                                {4.0, 0.0}, {3.0, 3.0}, {1.0, 2.5}};
  const std::vector<double> reference{4.0, 4.0};
  const FrontGain gain = gain_of(points, "expected_hypervolume");
  Rng rng(2, "test");
  constexpr int kDraws = 100000;
  for (const Outlook& outlook : std::vector<Outlook>{{{1.0, 1.0}, {1.0, 0.5}},
                                                     {{2.0, 0.3}, {2.0, 0.3}},
                                                     {{-1.0, 2.0}, {3.0, 1.0}},
                                                     {{3.5, 0.5}, {0.5, 0.0}},
                                                     {{0.5, 0.0}, {0.5, 0.0}}}) {
    double sum = 0.0;
    for (int i = 0; i < kDraws; ++i) {
      sum += added_to(points,
                      {outlook[0].mean + outlook[0].deviation * rng.normal(),
                       outlook[1].mean + outlook[1].deviation * rng.normal()},
                      reference) /
             kDraws;
    }
    CHECK(gain.of(outlook) == doctest::Approx(sum).epsilon(0.03));
    CHECK(gain.log_of(outlook) == doctest::Approx(std::log(gain.of(outlook))));
  }
}

TEST_CASE("without deviations the expected hypervolume is what is added") {
  Rng rng(3, "test");
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<std::vector<double>> points(1 + rng.below(6));
    for (auto& point : points) point = {rng.uniform(), rng.uniform()};
    std::vector<double> reference = points.front();
    for (const auto& point : points) {
      for (std::size_t j = 0; j < 2; ++j) reference[j] = std::max(reference[j], point[j]);
    }
    const std::vector<double> point{rng.uniform(), rng.uniform()};
    const Outlook known{{.mean = point[0], .deviation = 0.0}, {.mean = point[1], .deviation = 0.0}};
    const double expected = added_to(points, point, reference);
    CHECK(gain_of(points, "expected_hypervolume").of(known) ==
          doctest::Approx(expected).epsilon(1e-9));
    CHECK(gain_of(points, "mean").of(known) == doctest::Approx(expected).epsilon(1e-9));
    CHECK(gain_of(points, "mean").of_point(point) == doctest::Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("logarithms of what is expected to be added tell hopeless candidates apart") {
  const FrontGain gain = gain_of({{0.0, 1.0}, {1.0, 0.0}}, "expected_hypervolume");
  double last = kInfinity;
  for (double mean = 0.0; mean < 1000.0; mean += 50.0) {
    const double now = gain.log_of({{mean, 1.0}, {mean, 1.0}});
    CHECK(now < last);
    CHECK(now > kNoHope);
    last = now;
  }
  CHECK(gain.log_of({{2.0, 0.0}, {-1.0, 1.0}}) == kNoHope);
}

TEST_CASE("with three objectives the expected hypervolume is a mean over draws") {
  const std::vector<std::vector<double>> points{{0.0, 1.0, 1.0}, {1.0, 0.0, 1.0}, {1.0, 1.0, 0.0}};
  const FrontGain gain = gain_of(points, "expected_hypervolume");
  CHECK(gain.of({{0.5, 0.0}, {0.5, 0.0}, {0.5, 0.0}}) == doctest::Approx(0.125));
  CHECK(gain.of({{0.5, 0.1}, {0.5, 0.1}, {0.5, 0.1}}) == doctest::Approx(0.125).epsilon(0.3));
  CHECK(gain.log_of({{2.0, 0.0}, {0.5, 0.1}, {0.5, 0.1}}) == kNoHope);
}

TEST_CASE("what is added counts for those that follow as it is expected") {
  const std::vector<std::vector<double>> points{{0.0, 1.0}, {1.0, 0.0}};
  const Outlook outlook{{.mean = 0.5, .deviation = 0.2}, {.mean = 0.5, .deviation = 0.2}};
  for (const char* acquisition :
       {"mean", "upper_bound", "expected_improvement", "thompson", "expected_hypervolume"}) {
    CAPTURE(acquisition);
    FrontGain gain = gain_of(points, acquisition);
    const double before = gain.of(outlook);
    CHECK(before > 0.0);
    gain.add(outlook);
    CHECK(gain.of(outlook) < before);
    const double at = std::string(acquisition) == "upper_bound" ? 0.3 : 0.5;
    CHECK(gain.of_point({at - 0.1, at - 0.1}) ==
          doctest::Approx((1.1 - at) * (1.1 - at) - (1.0 - at) * (1.0 - at)));
    CHECK(gain.of_point({at, at}) == 0.0);
  }
}

TEST_CASE("the deviations of upper_bound count in favour of a candidate") {
  const FrontGain gain = gain_of({{0.0, 1.0}, {1.0, 0.0}}, "upper_bound");
  CHECK(gain.of({{0.5, 0.2}, {0.6, 0.2}}) == doctest::Approx(0.7 * 0.6));
}

}  // namespace
}  // namespace evonas::search
