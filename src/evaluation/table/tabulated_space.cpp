#include "evaluation/table/tabulated_space.hpp"

#include <fmt/format.h>

namespace evonas::evaluation {
namespace {

/// Children that are drawn before a random row is taken instead.
constexpr int kAttempts = 200;

}  // namespace

std::optional<spaces::Genotype> TabulatedSpace::row_like(const spaces::Genotype& genotype) const {
  const auto row = table_->find(genotype, space_.key(genotype));
  if (!row) return std::nullopt;
  return table_->genotype(*row);
}

spaces::Genotype TabulatedSpace::sample(Rng& rng) const {
  return table_->genotype(rng.below(table_->size()));
}

spaces::Genotype TabulatedSpace::mutate(const spaces::Genotype& parent, Rng& rng) const {
  for (int i = 0; i < kAttempts; ++i) {
    const auto child = row_like(space_.mutate(parent, rng));
    if (child && *child != parent) return *child;
  }
  spaces::Genotype other = sample(rng);
  while (other == parent) other = sample(rng);
  return other;
}

spaces::Genotype TabulatedSpace::crossover(const spaces::Genotype& a, const spaces::Genotype& b,
                                           Rng& rng) const {
  for (int i = 0; i < kAttempts; ++i) {
    if (const auto child = row_like(space_.crossover(a, b, rng))) return *child;
  }
  return a;
}

void TabulatedSpace::validate(const spaces::Genotype& genotype) const {
  space_.validate(genotype);
  if (!table_->find(genotype, space_.key(genotype))) {
    throw spaces::SpaceError(fmt::format("the table {} has no row of the genotype [{}]",
                                         table_->file().string(), genotype.to_string()));
  }
}

spaces::AnySpace tabulated(const spaces::AnySpace& space,
                           const std::shared_ptr<const BenchmarkTable>& table) {
  if (space.size() && *space.size() == table->size()) return space;
  return spaces::AnySpace(TabulatedSpace(space, table));
}

}  // namespace evonas::evaluation
