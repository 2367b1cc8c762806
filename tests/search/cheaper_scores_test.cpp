#include "search/guided/cheaper_scores.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/random.hpp"

using namespace evonas;
using namespace evonas::search;

namespace {

/// Scores that correlate with those of a cheaper metric, which counts in a scale of its own.
struct Correlated {
  std::vector<double> cheaper;
  std::vector<double> scores;

  Correlated(std::size_t count, double correlation, std::uint64_t seed) {
    Rng rng(seed, "correlated");
    for (std::size_t i = 0; i < count; ++i) {
      const double score = rng.normal();
      cheaper.push_back(std::exp(score));
      scores.push_back(correlation * score +
                       std::sqrt(1.0 - correlation * correlation) * rng.normal());
    }
  }

  /// Those with the highest cheaper values.
  Correlated best(std::size_t count) const {
    std::vector<std::size_t> order(cheaper.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, std::greater<>(), [&](std::size_t i) { return cheaper[i]; });
    Correlated result(0, 0.0, 0);
    for (std::size_t i = 0; i < count; ++i) {
      result.cheaper.push_back(cheaper[order[i]]);
      result.scores.push_back(scores[order[i]]);
    }
    return result;
  }
};

/// The value whose rank-normal score among `values` is that of the share `below`.
double at_share(std::vector<double> values, double below) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(below * static_cast<double>(values.size()))];
}

}  // namespace

TEST_CASE("what a cheaper metric lets expect is the same whether all or only the best have both") {
  for (const double correlation : {0.5, 0.8, 0.95}) {
    CAPTURE(correlation);
    const Correlated all(40'000, correlation, 3);
    const CheaperScores from_all(all.cheaper, all.cheaper, all.scores);
    const Correlated chosen = all.best(10'000);
    const CheaperScores from_best(all.cheaper, chosen.cheaper, chosen.scores);
    for (const double below : {0.1, 0.5, 0.9}) {
      CAPTURE(below);
      const double value = at_share(all.cheaper, below);
      const predictor::Prediction expected = from_all.expected(value);
      CHECK(expected.mean == doctest::Approx(correlation * std::log(value)).epsilon(0.05));
      CHECK(expected.deviation ==
            doctest::Approx(std::sqrt(1.0 - correlation * correlation)).epsilon(0.05));
      // From one end of the scale less is known of the other.
      CHECK(from_best.expected(value).mean == doctest::Approx(expected.mean).epsilon(0.1));
      CHECK(from_best.expected(value).deviation ==
            doctest::Approx(expected.deviation).epsilon(0.05));
    }
  }
}

TEST_CASE("a cheaper metric that says nothing lets expect the middle, and nothing near it") {
  const Correlated nothing(2000, 0.0, 5);
  const CheaperScores scores(nothing.cheaper, nothing.cheaper, nothing.scores);
  CHECK(std::abs(scores.expected(at_share(nothing.cheaper, 0.95)).mean) < 0.15);
  CHECK(scores.expected(1.0).deviation == doctest::Approx(1.0).epsilon(0.05));
  // One that says the reverse is not believed.
  std::vector<double> reversed;
  for (const double value : nothing.cheaper) reversed.push_back(-value);
  const CheaperScores against(nothing.cheaper, nothing.cheaper, reversed);
  CHECK(against.expected(at_share(nothing.cheaper, 0.9)).mean ==
        against.expected(at_share(nothing.cheaper, 0.1)).mean);
}

TEST_CASE("before anything has both, a correlation of 0.7 is taken for granted") {
  const std::vector<double> values{1.0, 2.0, 3.0, 4.0, 5.0};
  const CheaperScores scores(values, {}, {});
  CHECK(scores.expected(3.0).mean == doctest::Approx(0.0));
  CHECK(scores.expected(5.0).mean ==
        doctest::Approx(0.7 * predictor::RankNormal(values).score(5.0)));
  CHECK(scores.expected(5.0).deviation == doctest::Approx(std::sqrt(0.51)));
}

TEST_CASE("the line runs through the middle of those that have both") {
  const std::vector<double> values{1.0, 2.0, 3.0, 4.0, 5.0};
  // The two best went on; among each other they are in the middle of the scores.
  const std::vector<double> paired{4.0, 5.0};
  const std::vector<double> scores{-0.7, 0.7};
  const CheaperScores line(values, paired, scores);
  const double between = 0.5 * (line.expected(4.0).mean + line.expected(5.0).mean);
  CHECK(between == doctest::Approx(0.0));
  CHECK(line.expected(3.0).mean < -0.4);
  CHECK(line.expected(1.0).mean < line.expected(3.0).mean - 0.7);
}

TEST_CASE("expected scores rise with the cheaper values, and are never certain") {
  CHECK(rc::check("any values", [] {
    const auto count = *rc::gen::inRange<std::size_t>(1, 40);
    Rng rng(*rc::gen::arbitrary<std::uint64_t>(), "values");
    std::vector<double> values;
    std::vector<double> paired;
    std::vector<double> scores;
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(static_cast<double>(rng.below(20)));
      if (!rng.chance(0.4)) continue;
      paired.push_back(values.back());
      scores.push_back(rng.chance(0.5) ? rng.normal() : values.back());
    }
    const CheaperScores line(values, paired, scores);
    double before = line.expected(-1.0).mean;
    for (double value = 0.0; value < 21.0; value += 0.5) {
      const predictor::Prediction expected = line.expected(value);
      RC_ASSERT(std::isfinite(expected.mean));
      RC_ASSERT(expected.mean >= before - 1e-9);
      RC_ASSERT(expected.deviation > 0.0);
      before = expected.mean;
    }
  }));
}
