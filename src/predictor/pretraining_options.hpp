#pragma once

#include <cstdint>

#include "base/fields.hpp"

namespace evonas::predictor {

/// How networks are trained before there are labels (models/pretrained_networks.hpp).
struct PretrainingOptions {
  std::int64_t networks = 3;
  std::int64_t layers = 3;
  std::int64_t width = 64;
  std::int64_t graphs = 6000;
  std::int64_t steps = 1500;
  std::int64_t batch = 256;
  double learning_rate = 2e-3;
  double statistics = 1.0;
  double contrastive = 0.0;
  double costs = 1.0;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("networks", networks, "how many networks", between(1, 100));
    visit("layers", layers, "layers of each", between(1, 100));
    visit("width", width, "width of each, a multiple of 4", between(4, 4096));
    visit("graphs", graphs, "random architectures to learn from", at_least(1));
    visit("steps", steps, "steps of the optimiser; 0 leaves networks that know nothing",
          at_least(0));
    visit("batch", batch, "architectures in a step", at_least(2));
    visit("learning_rate", learning_rate, "at its peak", at_least(0));
    visit("statistics", statistics, "weight of telling the statistics of a graph", at_least(0));
    visit("contrastive", contrastive,
          "weight of telling which graphs are built alike, by the spectra of their Laplacians",
          at_least(0));
    visit("costs", costs,
          "weight of telling the logarithms of parameters, multiply-accumulates and memory of the "
          "network that a graph becomes",
          at_least(0));
  }
};

}  // namespace evonas::predictor
