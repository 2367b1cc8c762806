#pragma once

#include <string>

#include "base/fields.hpp"

namespace evonas::predictor {

/// Where the networks of predictors are fitted and score, and how exactly they score.
struct ComputingOptions {
  std::string device = "cpu";
  std::string precision = "float32";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("device", device,
          "cpu, cuda or cuda:N: where the networks of predictors compute; on a GPU the same seed "
          "yields the same only up to rounding; several, as in cuda:0,cuda:1, score beside each "
          "other, and the first fits");
    visit("precision", precision,
          "of the matrix products when they score; bfloat16 is faster on GPUs and on processors "
          "that compute in it",
          one_of({"float32", "bfloat16"}));
  }
};

}  // namespace evonas::predictor
