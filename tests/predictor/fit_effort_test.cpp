#include "predictor/fit_effort.hpp"

#include <doctest/doctest.h>

#include "predictor/predictor_list.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("fits take longer with more labels, and published models the longest") {
  for (const std::string& model : predictor_names()) {
    CAPTURE(model);
    CHECK(expected_fit_seconds(model, 10, 0) > 0.0);
    CHECK(expected_fit_seconds(model, 1000, 0) > expected_fit_seconds(model, 10, 0));
  }
  CHECK(expected_fit_seconds("linear", 100, 0) < expected_fit_seconds("gp", 100, 0));
  CHECK(expected_fit_seconds("gp", 100, 0) < expected_fit_seconds("evonas", 100, 0));
  CHECK(expected_fit_seconds("evonas", 100, 0) < expected_fit_seconds("nn_former", 100, 0));
}

TEST_CASE("fewer epochs of published models take less time, and others have none") {
  CHECK(expected_fit_seconds("nn_former", 100, 30) < expected_fit_seconds("nn_former", 100, 0));
  CHECK(expected_fit_seconds("nn_former", 100, 3000) == expected_fit_seconds("nn_former", 100, 0));
  CHECK(expected_fit_seconds("gp", 100, 30) == expected_fit_seconds("gp", 100, 0));
}

}  // namespace
}  // namespace evonas::predictor
