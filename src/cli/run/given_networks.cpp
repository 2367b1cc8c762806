#include "cli/run/given_networks.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "graph/canonical.hpp"
#include "graph/operators.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

using spaces::Genotype;
using spaces::SpaceError;

/// The network as it is used, with one row of numbers as its output, which spaces ask of theirs.
graph::Graph with_flat_output(const GivenNetwork& given) {
  graph::Graph network = graph::inference_network(given.network);
  if (network.outputs().empty()) {
    throw SpaceError(fmt::format("{}: the network has no output", given.name));
  }
  const graph::NodeId output = network.outputs()[0];
  const graph::Shape shape = network[output].shape;
  if (shape.size() == 1) return network;
  // A view, which costs nothing.
  const graph::NodeId flat = network.add("Flatten", {output});
  network.set_shape(flat, {graph::element_count(network, output, shape)});
  network.set_outputs({flat});
  return network;
}

}  // namespace

GivenNetworks::GivenNetworks(std::vector<GivenNetwork> networks) : networks_(std::move(networks)) {
  constexpr std::size_t kMost = std::numeric_limits<std::int16_t>::max();
  if (networks_.empty() || networks_.size() > kMost) {
    throw SpaceError(
        fmt::format("{} networks were given, expected from 1 to {}", networks_.size(), kMost));
  }
  for (GivenNetwork& given : networks_) {
    if (std::ranges::count(networks_, given.name, &GivenNetwork::name) > 1) {
      throw SpaceError(fmt::format("the network {} was given twice", given.name));
    }
    given.network = with_flat_output(given);
  }
}

const GivenNetwork& GivenNetworks::of(const Genotype& genotype) const {
  validate(genotype);
  return networks_[static_cast<std::size_t>(genotype[0])];
}

Genotype GivenNetworks::at(std::uint64_t index) const {
  return Genotype({static_cast<Genotype::Gene>(index)});
}

Genotype GivenNetworks::sample(Rng& rng) const { return at(rng.below(networks_.size())); }

Genotype GivenNetworks::mutate(const Genotype& /*parent*/, Rng& /*rng*/) const {
  throw SpaceError("networks of files cannot be changed");
}

Genotype GivenNetworks::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  return rng.chance(0.5) ? a : b;
}

void GivenNetworks::validate(const Genotype& genotype) const {
  if (genotype.size() == 1 && genotype[0] >= 0 &&
      static_cast<std::size_t>(genotype[0]) < networks_.size()) {
    return;
  }
  throw SpaceError(
      fmt::format("a genotype of given networks is one number, 0 to {}", networks_.size() - 1));
}

Key GivenNetworks::key(const Genotype& genotype) const {
  return graph::canonical_key(of(genotype).network);
}

graph::Graph GivenNetworks::cell(const Genotype& genotype) const {
  throw SpaceError(fmt::format("{} is a network of a file, which has no cells", format(genotype)));
}

graph::Graph GivenNetworks::network(const Genotype& genotype,
                                    const spaces::NetworkInput& /*input*/) const {
  return of(genotype).network;
}

spaces::NetworkInput GivenNetworks::own_input(const Genotype& genotype) const {
  const graph::Graph& network = of(genotype).network;
  return {.classes = network[network.outputs()[0]].shape[0]};
}

std::string GivenNetworks::format(const Genotype& genotype) const { return of(genotype).name; }

Genotype GivenNetworks::parse(std::string_view text) const {
  const auto found = std::ranges::find(networks_, text, &GivenNetwork::name);
  if (found == networks_.end()) {
    throw SpaceError(fmt::format("no network {} was given", evonas::quoted(text)));
  }
  return at(static_cast<std::uint64_t>(found - networks_.begin()));
}

}  // namespace evonas::cli
