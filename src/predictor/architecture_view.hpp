#pragma once

#include <optional>

#include "graph/tokens.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// What predictors see of an architecture: its cells, as the space has them, or the network that it
/// becomes. Immutable; safe from many threads.
class ArchitectureView {
 public:
  /// Without `input` the cells. Where an architecture has several (the normal and the reduction
  /// cell of DARTS), the same operation counts as another one in each of them, identities, sums and
  /// outputs excepted.
  ///
  /// With `input` the networks for it, as they are used: BatchNormalization folded, auxiliary
  /// outputs gone. Operations differ by kernel, stride and dilation, and by whether they are
  /// depthwise; widths are a quarter of the binary logarithm of a node's channels.
  // NOLINTNEXTLINE(google-explicit-constructor): a space is seen by its cells unless one says more
  ArchitectureView(spaces::AnySpace space, const std::optional<spaces::NetworkInput>& input = {});

  const spaces::AnySpace& space() const { return space_; }
  /// Set where it sees networks.
  const std::optional<spaces::NetworkInput>& input() const { return input_; }

  /// Replaces what is in `tokens` by those of an architecture.
  void tokens(const spaces::Genotype& genotype, graph::Tokens& tokens) const;

  /// The graph whose nodes these tokens are, in the same order.
  graph::Graph seen_graph(const spaces::Genotype& genotype) const;

 private:
  spaces::AnySpace space_;
  std::optional<spaces::NetworkInput> input_;
};

}  // namespace evonas::predictor
