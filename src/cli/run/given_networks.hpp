#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// A network of a file, under the name that it is told by.
struct GivenNetwork {
  std::string name;
  graph::Graph network;
};

/// Some networks as a space, for predictors that read whole networks: each is an architecture of
/// its own, a genotype of its number alone, written as its name. None can be changed or crossed,
/// and none has cells. Networks read what they read, whatever is asked for.
class GivenNetworks {
 public:
  /// At least one, and at most 32,767, with names that differ. Networks are taken as they are used
  /// (graph::inference_network()). Throws SpaceError, also for a network without an output, and
  /// GraphError.
  explicit GivenNetworks(std::vector<GivenNetwork> networks);

  std::string name() const { return "networks of files"; }
  spaces::Genotype sample(Rng& rng) const;
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const;
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const;
  void validate(const spaces::Genotype& genotype) const;
  Key key(const spaces::Genotype& genotype) const;
  graph::Graph cell(const spaces::Genotype& genotype) const;
  graph::Graph network(const spaces::Genotype& genotype, const spaces::NetworkInput& input) const;
  spaces::NetworkInput own_input(const spaces::Genotype& genotype) const;
  std::string format(const spaces::Genotype& genotype) const;
  spaces::Genotype parse(std::string_view text) const;
  std::uint64_t size() const { return networks_.size(); }
  spaces::Genotype at(std::uint64_t index) const;

 private:
  const GivenNetwork& of(const spaces::Genotype& genotype) const;

  std::vector<GivenNetwork> networks_;
};

}  // namespace evonas::cli
