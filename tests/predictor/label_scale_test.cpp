#include "predictor/label_scale.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "base/json.hpp"

namespace evonas::predictor {
namespace {

std::vector<Label> labels_of(const std::vector<double>& values) {
  std::vector<Label> labels;
  for (const double value : values) labels.push_back({spaces::Genotype({1}), value});
  return labels;
}

TEST_CASE("labels are shares of the largest, shifted where some are not above zero") {
  const LabelScale positive(labels_of({20.0, 80.0, 40.0}), LabelScale::Kind::LargestIsOne);
  CHECK(positive.scaled(40.0) == doctest::Approx(0.5));
  CHECK(positive.scaled(80.0) == doctest::Approx(1.0));
  const LabelScale mixed(labels_of({-10.0, 0.0}), LabelScale::Kind::LargestIsOne);
  CHECK(mixed.scaled(0.0) == doctest::Approx(1.0));
  CHECK(mixed.scaled(-10.0) == doctest::Approx(1.0 / 11.0));
}

TEST_CASE("labels are shares of their geometric mean") {
  const LabelScale scale(labels_of({2.0, 8.0}), LabelScale::Kind::MiddleIsOne);
  CHECK(scale.scaled(4.0) == doctest::Approx(1.0));
  CHECK(scale.scaled(8.0) == doctest::Approx(2.0));
}

TEST_CASE("labels of either scale come back, from a state too") {
  for (const LabelScale::Kind kind : {LabelScale::Kind::LargestIsOne, LabelScale::Kind::RankNormal,
                                      LabelScale::Kind::MiddleIsOne}) {
    const LabelScale scale(labels_of({3.0, -2.0, 5.0, 5.0}), kind);
    const LabelScale restored = LabelScale::from_state(scale.state(), kind);
    for (const double value : {-2.0, 1.0, 3.0, 5.0, 6.0}) {
      CHECK(scale.value(scale.scaled(value)) == doctest::Approx(value));
      CHECK(restored.scaled(value) == scale.scaled(value));
    }
    CHECK_THROWS(LabelScale::from_state(nlohmann::json::object(), kind));
  }
}

TEST_CASE("equal labels have one value in either scale") {
  for (const LabelScale::Kind kind : {LabelScale::Kind::LargestIsOne, LabelScale::Kind::RankNormal,
                                      LabelScale::Kind::MiddleIsOne}) {
    const LabelScale scale(labels_of({4.0, 4.0}), kind);
    CHECK(std::isfinite(scale.scaled(4.0)));
    CHECK(scale.value(0.9) == doctest::Approx(4.0));
  }
  CHECK_THROWS_AS(LabelScale({}, LabelScale::Kind::RankNormal), PredictorError);
  CHECK_THROWS_AS(LabelScale({}, LabelScale::Kind::LargestIsOne), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
