#include "base/normal_quantile.hpp"

#include <cmath>

#include <doctest/doctest.h>

namespace evonas {
namespace {

TEST_CASE("quantiles of the normal distribution are those of the tables") {
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.95) == doctest::Approx(1.6448536269514722));
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054));
  CHECK(normal_quantile(0.9999) == doctest::Approx(3.719016485455709));
  CHECK(normal_quantile(0.05) == doctest::Approx(-normal_quantile(0.95)));
}

}  // namespace
}  // namespace evonas
