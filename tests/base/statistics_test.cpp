#include "base/statistics.hpp"

#include <doctest/doctest.h>

namespace evonas {
namespace {

TEST_CASE("quantiles lie between neighbours") {
  const std::vector<double> sorted = ordered({4.0, 1.0, 3.0, 2.0});
  CHECK(sorted == std::vector<double>{1.0, 2.0, 3.0, 4.0});
  CHECK(quantile(sorted, 0.0) == 1.0);
  CHECK(quantile(sorted, 0.25) == 1.75);
  CHECK(quantile(sorted, 0.5) == 2.5);
  CHECK(quantile(sorted, 1.0) == 4.0);
  CHECK(quantile({7.0}, 0.3) == 7.0);
}

TEST_CASE("values have places in order") {
  const std::vector<double> values = {5.0, 1.0, 4.0, 1.0};
  CHECK(order_statistic(values, 0) == 1.0);
  CHECK(order_statistic(values, 1) == 1.0);
  CHECK(order_statistic(values, 2) == 4.0);
  CHECK(order_statistic(values, 3) == 5.0);
}

TEST_CASE("a median is in the middle") {
  CHECK(median_of({3.0}) == 3.0);
  CHECK(median_of({9.0, 1.0, 3.0}) == 3.0);
  CHECK(median_of({9.0, 1.0, 3.0, 4.0}) == 3.5);
}

TEST_CASE("means, variances and deviations are those of samples") {
  const std::vector<double> values = {1.0, 2.0, 3.0, 6.0};
  const double mean = mean_of(values);
  CHECK(mean == 3.0);
  CHECK(sum_of_squares(values, mean) == 14.0);
  CHECK(variance_of(values, mean) == doctest::Approx(14.0 / 3.0));
  CHECK(deviation_of(values, mean) == doctest::Approx(2.1602469));
}

TEST_CASE("a single value does not vary") {
  const std::vector<double> single = {2.5};
  CHECK(mean_of(single) == 2.5);
  CHECK(variance_of(single, 2.5) == 0.0);
  CHECK(deviation_of(single, 2.5) == 0.0);
  CHECK(sum_of_squares({}, 1.0) == 0.0);
}

}  // namespace
}  // namespace evonas
