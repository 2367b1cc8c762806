#pragma once

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// How many static features there are.
inline constexpr std::size_t kStatics = 4;
using Statics = std::array<double, kStatics>;

/// Of a network with shapes, as it is used: logarithms of one more than its parameters, its
/// multiply-accumulates and the bytes of activations that it writes, and the most operators that
/// multiply (convolutions, matrix products) on one path. Throws graph::GraphError where costs
/// cannot be told.
Statics statics_of(graph::Graph network);

/// Static features of the networks of a space. Those of the architectures that it was asked for
/// first are kept, because networks take far longer to build than cells, and fits, searches and
/// comparisons ask for the same ones again and again. Safe from many threads.
class NetworkStatics {
 public:
  /// Of networks that read `input`.
  NetworkStatics(spaces::AnySpace space, const spaces::NetworkInput& input);

  const spaces::NetworkInput& input() const { return input_; }
  /// "log_parameters", "log_macs", "log_memory", "depth".
  static std::vector<std::string> names();

  /// Throws as spaces::AnySpace::network() and statics_of() do.
  Statics of(const spaces::Genotype& genotype) const;

 private:
  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<spaces::Genotype, Statics> known_;
};

}  // namespace evonas::predictor
