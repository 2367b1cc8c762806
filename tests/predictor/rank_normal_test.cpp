#include "predictor/rank_normal.hpp"

#include <doctest/doctest.h>

namespace evonas::predictor {
namespace {

TEST_CASE("scores are the quantiles of the ranks") {
  const RankNormal transform(std::vector<double>{10.0, 93.0, 91.0, 92.0});
  CHECK(transform.score(10.0) == doctest::Approx(-1.150349));  // quantile of 1/8
  CHECK(transform.score(91.0) == doctest::Approx(-0.318639));  // of 3/8
  CHECK(transform.score(92.0) == doctest::Approx(0.318639));
  CHECK(transform.score(93.0) == doctest::Approx(1.150349));
}

TEST_CASE("values come back from their scores, between and beyond them too") {
  const RankNormal transform(std::vector<double>{1.0, 2.0, 4.0, 4.0, 8.0});
  for (const double value : {0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 7.0, 8.0, 11.0}) {
    CHECK(transform.value(transform.score(value)) == doctest::Approx(value));
  }
}

TEST_CASE("labels that are all equal have one value") {
  const RankNormal transform(std::vector<double>{5.0, 5.0});
  CHECK(transform.score(5.0) == doctest::Approx(0.0));
  CHECK(transform.value(3.0) == 5.0);
}

}  // namespace
}  // namespace evonas::predictor
