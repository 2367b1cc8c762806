#pragma once

#include <cstdint>

#include "base/fields.hpp"

namespace evonas::predictor {

/// How the network of `cg` learns from graphs of several spaces before it is fitted to labels of
/// one (models/computation_start.hpp).
struct ComputationOptions {
  std::int64_t layers = 4;
  std::int64_t width = 64;
  std::int64_t graphs = 1000;
  std::int64_t steps = 1000;
  std::int64_t label_steps = 1500;
  std::int64_t batch = 64;
  double learning_rate = 1e-3;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, "rounds of messages", between(1, 100));
    visit("width", width, "width of each", between(4, 4096));
    visit("graphs", graphs, "random architectures of each space to learn from without labels",
          at_least(2));
    visit("steps", steps, "steps of the optimiser on these; 0 for none", at_least(0));
    visit("label_steps", label_steps, "steps on labels, where some space has any", at_least(0));
    visit("batch", batch, "graphs in a step", between(2, 100000));
    visit("learning_rate", learning_rate, "at its peak", at_least(0));
  }
};

}  // namespace evonas::predictor
