#include "predictor/position_code.hpp"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

namespace evonas::predictor {
namespace {

std::vector<float> distinct(std::int64_t number, std::size_t width = 64) {
  std::vector<float> code(width);
  distinct_code(number, code);
  return code;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(a[i] - b[i], 2);
  return std::sqrt(sum);
}

TEST_CASE("the code of quantities gives the golden numbers") {
  std::vector<float> code(10);
  ordered_code(3.0, code);
  const std::vector<double> expected = {.141120, -.989992, .457755, .889079, .075285,
                                        .997162, .011943,  .999929, .001893, .999998};
  for (std::size_t i = 0; i < code.size(); ++i) {
    CHECK(code[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  }
}

TEST_CASE("codes of labels are as far apart as one-hot codes") {
  for (std::int64_t a = 0; a < 20; ++a) {
    for (std::int64_t b = 0; b < a; ++b) {
      const double expected = (a - b) % 2 == 0 ? 7.874 : 8.0;
      CHECK(distance(distinct(a), distinct(b)) == doctest::Approx(expected).epsilon(1e-4));
    }
  }
}

TEST_CASE("codes of labels repeat after twice the frequencies less one") {
  CHECK(distance(distinct(3), distinct(65)) < 1e-6);
  CHECK(distance(distinct(-1), distinct(61)) < 1e-6);
  CHECK(distance(distinct(3), distinct(64)) > 7.0);
}

TEST_CASE("wide codes of labels are the published formula in exact arithmetic") {
  // 2^95 - 1 = 95 M + 12 with M odd, so frequency k is 1 + 107 k / 95 for whole numbers.
  const std::vector<float> code = distinct(5, 192);
  for (std::size_t k = 0; k < 96; ++k) {
    const double angle =
        3.14159265358979323846 * 5.0 * (1.0 + 107.0 * static_cast<double>(k) / 95.0);
    CHECK(code[2 * k] == doctest::Approx(std::sin(angle)).epsilon(1e-5));
    CHECK(code[2 * k + 1] == doctest::Approx(std::cos(angle)).epsilon(1e-5));
  }
}

}  // namespace
}  // namespace evonas::predictor
