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

TEST_CASE("the noise of a score is that of its value by the slope around it") {
  const RankNormal transform(std::vector<double>{0.0, 10.0, 11.0, 20.0});
  const double lowest = transform.score(0.0);
  CHECK(transform.noise(10.5, 0.1) ==
        doctest::Approx(0.1 * (transform.score(11.0) - transform.score(10.0))));
  // As far as there are values: 0 to 12.
  CHECK(transform.noise(1.0, 11.0) ==
        doctest::Approx(11.0 * (transform.score(12.0) - lowest) / 12.0));
  CHECK(transform.noise(20.0, 1000.0) == doctest::Approx(1000.0 * -2.0 * lowest / 20.0));
  CHECK(transform.noise(10.0, 0.0) == 0.0);
  CHECK(RankNormal(std::vector<double>{5.0, 5.0}).noise(5.0, 2.0) == 0.0);
}

TEST_CASE("labels go on with the noise of their scores") {
  const std::vector<Label> labels = {{spaces::Genotype({1}), 10.0, 0.5},
                                     {spaces::Genotype({2}), 14.0},
                                     {spaces::Genotype({3}), 12.0, 1.0}};
  const RankedLabels ranked = rank(labels);
  const std::vector<Label> scored = scored_labels(ranked);
  REQUIRE(scored.size() == 3);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    CHECK(scored[i].noise == ranked.transform.noise(labels[i].value, labels[i].noise));
  }
  CHECK(scored[0].noise > 0.0);
  CHECK(scored[1].noise == 0.0);
  // Scores of scores have the same noise.
  CHECK(rank(scored).noises[2] == doctest::Approx(scored[2].noise));
}

TEST_CASE("labels that are all equal have one value") {
  const RankNormal transform(std::vector<double>{5.0, 5.0});
  CHECK(transform.score(5.0) == doctest::Approx(0.0));
  CHECK(transform.value(3.0) == 5.0);
}

}  // namespace
}  // namespace evonas::predictor
