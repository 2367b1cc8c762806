#pragma once

#include <cstdint>

#include "base/fields.hpp"

namespace evonas::predictor {

/// How the embedding of architectures is learnt before there are labels (models/arch2vec.hpp). The
/// defaults are the authors', who train on all cells of NAS-Bench-101 (8 epochs) and of
/// NAS-Bench-201 and on 600,000 random ones of DARTS; but for `least_steps`, because of
/// NAS-Bench-201 only 9,365 graphs differ.
struct Arch2VecOptions {
  std::int64_t layers = 4;
  std::int64_t width = 128;
  std::int64_t latent = 16;
  double dropout = 0.3;
  std::int64_t graphs = 600000;
  double held_out = 0.1;
  std::int64_t epochs = 10;
  std::int64_t least_steps = 10000;
  std::int64_t batch = 32;
  double learning_rate = 1e-3;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("layers", layers, "layers of the encoder", between(1, 100));
    visit("width", width, "width of each", between(1, 4096));
    visit("latent", latent, "numbers that say what an architecture is like", between(1, 4096));
    visit("dropout", dropout, "share of these that is hidden from the decoder", between(0, 0.99));
    visit("graphs", graphs,
          "architectures to learn from: all of a space that has no more, else random ones",
          between(2, 100000000));
    visit("held_out", held_out, "share of the graphs that are kept to judge by", between(0, 0.9));
    visit("epochs", epochs, "how often each of the others is learnt from", at_least(0));
    visit("least_steps", least_steps,
          "steps of the optimiser where so many epochs of few graphs would be fewer", at_least(0));
    visit("batch", batch, "graphs in a step", between(2, 100000));
    visit("learning_rate", learning_rate, "of Adam", at_least(0));
  }
};

}  // namespace evonas::predictor
