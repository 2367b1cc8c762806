#include "cli/run/family_space.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/quoted.hpp"

namespace evonas::cli {
namespace {

using spaces::Genotype;
using spaces::SpaceError;

/// The genotype without the number of its family.
Genotype architecture_of(const Genotype& genotype) { return Genotype(genotype.genes().subspan(1)); }

}  // namespace

Genotype FamilySpace::genotype_of(std::size_t family, const Genotype& architecture) {
  std::vector<Genotype::Gene> genes{static_cast<Genotype::Gene>(family)};
  genes.insert(genes.end(), architecture.genes().begin(), architecture.genes().end());
  return Genotype(std::move(genes));
}

const NetworkFamily& FamilySpace::family_of(const Genotype& genotype) const {
  if (genotype.size() > 0 && genotype[0] >= 0 &&
      static_cast<std::size_t>(genotype[0]) < families_.size()) {
    return families_[static_cast<std::size_t>(genotype[0])];
  }
  throw SpaceError(
      fmt::format("a genotype of families begins with the number of its family, 0 to {}",
                  families_.size() - 1));
}

Genotype FamilySpace::sample(Rng& rng) const {
  const auto family = static_cast<std::size_t>(rng.below(families_.size()));
  return genotype_of(family, families_[family].space.sample(rng));
}

Genotype FamilySpace::mutate(const Genotype& parent, Rng& rng) const {
  const NetworkFamily& family = family_of(parent);
  return genotype_of(static_cast<std::size_t>(parent[0]),
                     family.space.mutate(architecture_of(parent), rng));
}

Genotype FamilySpace::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  if (a[0] != b[0]) return rng.chance(0.5) ? a : b;
  return genotype_of(static_cast<std::size_t>(a[0]),
                     family_of(a).space.crossover(architecture_of(a), architecture_of(b), rng));
}

void FamilySpace::validate(const Genotype& genotype) const {
  family_of(genotype).space.validate(architecture_of(genotype));
}

Key FamilySpace::key(const Genotype& genotype) const {
  const NetworkFamily& family = family_of(genotype);
  return Key::of(
      fmt::format("{} {}", family.name, family.space.key(architecture_of(genotype)).hex()));
}

graph::Graph FamilySpace::cell(const Genotype& genotype) const {
  return family_of(genotype).space.cell(architecture_of(genotype));
}

graph::Graph FamilySpace::network(const Genotype& genotype,
                                  const spaces::NetworkInput& /*input*/) const {
  return family_of(genotype).network(architecture_of(genotype));
}

spaces::NetworkInput FamilySpace::own_input(const Genotype& genotype) const {
  return family_of(genotype).input;
}

std::string FamilySpace::format(const Genotype& genotype) const {
  const NetworkFamily& family = family_of(genotype);
  return fmt::format("{}: {}", family.name, family.space.format(architecture_of(genotype)));
}

Genotype FamilySpace::parse(std::string_view text) const {
  constexpr std::string_view kMark = ": ";
  const std::size_t end = text.find(kMark);
  const auto family = std::ranges::find(families_, text.substr(0, end), &NetworkFamily::name);
  if (end == std::string_view::npos || family == families_.end()) {
    throw SpaceError(fmt::format(
        "{} is no architecture of these families: expected one of their names, a colon, a blank "
        "and the architecture",
        evonas::quoted(text)));
  }
  return genotype_of(static_cast<std::size_t>(family - families_.begin()),
                     family->space.parse(text.substr(end + kMark.size())));
}

}  // namespace evonas::cli
