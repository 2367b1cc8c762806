#include "cli/run/network_family.hpp"

#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/key.hpp"
#include "base/random.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

constexpr std::size_t kTriesEach = 100;

}  // namespace

graph::Graph NetworkFamily::network(const spaces::Genotype& genotype) const {
  return graph::without_resampling(graph::inference_network(space.network(genotype, input)));
}

std::vector<NetworkFamily> families_of(const config::LatencyRecipe& recipe) {
  std::vector<NetworkFamily> families;
  for (const auto& [name, family] : recipe.families) {
    families.push_back({.name = name,
                        .space = config::make_space(family.space),
                        .input = spaces::NetworkInput::parse(family.input)});
  }
  return families;
}

std::vector<spaces::Genotype> sample_distinct(const NetworkFamily& family, std::size_t count,
                                              std::uint64_t seed) {
  std::vector<spaces::Genotype> networks;
  std::unordered_set<Key> keys;
  for (std::size_t i = 0; networks.size() < count; ++i) {
    if (i == kTriesEach * count) {
      throw spaces::SpaceError(fmt::format(
          "{} random architectures of the family {} are only {} different networks: ask "
          "for fewer than {}",
          i, family.name, networks.size(), count));
    }
    Rng rng(seed, "networks of a family", 0, i);
    spaces::Genotype genotype = family.space.sample(rng);
    if (keys.insert(family.space.key(genotype)).second) networks.push_back(std::move(genotype));
  }
  return networks;
}

}  // namespace evonas::cli
