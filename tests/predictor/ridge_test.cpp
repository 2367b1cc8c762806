#include "predictor/ridge.hpp"

#include <doctest/doctest.h>

namespace evonas::predictor {
namespace {

TEST_CASE("least squares finds the line that values are on") {
  // 3 + 2 a - b.
  const std::vector<double> rows = {0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 2.0, 5.0};
  const std::vector<double> values = {3.0, 5.0, 2.0, 2.0};
  const LinearFit fit = fit_linear(rows, 2, values, 1e-12);
  CHECK(fit.weights[0] == doctest::Approx(2.0));
  CHECK(fit.weights[1] == doctest::Approx(-1.0));
  CHECK(fit.value(std::vector<double>{10.0, 1.0}) == doctest::Approx(22.0));
}

TEST_CASE("a ridge shrinks weights and leaves the mean") {
  // One number, -1 and 1: the weight is 2 x 4 / (2 + 2 ridge).
  const std::vector<double> rows = {-1.0, 1.0};
  const std::vector<double> values = {6.0, 14.0};
  CHECK(fit_linear(rows, 1, values, 1.0).weights[0] == doctest::Approx(2.0));
  CHECK(fit_linear(rows, 1, values, 1.0).mean == doctest::Approx(10.0));
  CHECK(fit_linear(rows, 1, values, 0.25).weights[0] == doctest::Approx(3.2));
}

TEST_CASE("numbers that do not differ, or are more than rows, are no problem") {
  const LinearFit same =
      fit_linear(std::vector<double>{1.0, 1.0, 1.0}, 1, std::vector<double>{1.0, 2.0, 6.0}, 1e-6);
  CHECK(same.value(std::vector<double>{1.0}) == doctest::Approx(3.0));
  const LinearFit one =
      fit_linear(std::vector<double>{1.0, 2.0, 3.0}, 3, std::vector<double>{4.0}, 1e-6);
  CHECK(one.value(std::vector<double>{7.0, 7.0, 7.0}) == doctest::Approx(4.0));
}

}  // namespace
}  // namespace evonas::predictor
