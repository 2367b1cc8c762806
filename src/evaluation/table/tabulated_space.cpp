#include "evaluation/table/tabulated_space.hpp"

#include <utility>

#include <fmt/format.h>

#include "spaces/differing_genes.hpp"

namespace evonas::evaluation {
namespace {

/// Children that are drawn before a random row is taken instead.
constexpr int kAttempts = 200;
/// Rows of which the nearest is a child.
constexpr int kNearRows = 32;
/// Random architectures that tell whether rows are far apart.
constexpr int kLookedFor = 1000;
/// They are where less than one in so many of those has a row.
constexpr int kSparse = 20;

}  // namespace

std::optional<spaces::Genotype> TabulatedSpace::row_like(const spaces::Genotype& genotype) const {
  const auto row = table_->find(genotype, space_.key(genotype));
  if (!row) return std::nullopt;
  return table_->genotype(*row);
}

/// A random row that is not `parent`: instead of that the row after it.
spaces::Genotype TabulatedSpace::row_beside(const spaces::Genotype& parent, Rng& rng) const {
  const std::uint64_t row = rng.below(table_->size());
  spaces::Genotype genotype = table_->genotype(row);
  return genotype == parent ? table_->genotype((row + 1) % table_->size()) : genotype;
}

/// Of some random rows the nearest to a genotype, not `parent`.
spaces::Genotype TabulatedSpace::row_near(const spaces::Genotype& genotype,
                                          const spaces::Genotype& parent, Rng& rng) const {
  spaces::Genotype nearest = row_beside(parent, rng);
  for (int i = 1; i < kNearRows; ++i) {
    spaces::Genotype other = sample(rng);
    if (other == parent ||
        spaces::differing_genes(other, genotype) >= spaces::differing_genes(nearest, genotype)) {
      continue;
    }
    nearest = std::move(other);
  }
  return nearest;
}

spaces::Genotype TabulatedSpace::sample(Rng& rng) const {
  return table_->genotype(rng.below(table_->size()));
}

spaces::Genotype TabulatedSpace::mutate(const spaces::Genotype& parent, Rng& rng) const {
  if (children_ == Children::NearRows) return row_near(parent, parent, rng);
  for (int i = 0; i < kAttempts; ++i) {
    const auto child = row_like(space_.mutate(parent, rng));
    if (child && *child != parent) return *child;
  }
  return row_beside(parent, rng);
}

spaces::Genotype TabulatedSpace::crossover(const spaces::Genotype& a, const spaces::Genotype& b,
                                           Rng& rng) const {
  if (children_ == Children::NearRows) return row_near(space_.crossover(a, b, rng), a, rng);
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
  Rng rng(1, "rows of a table");
  int found = 0;
  for (int i = 0; i < kLookedFor; ++i) {
    const spaces::Genotype genotype = space.sample(rng);
    found += table->find(genotype, space.key(genotype)) ? 1 : 0;
  }
  const bool sparse = kSparse * found < kLookedFor;
  using Children = TabulatedSpace::Children;
  return spaces::AnySpace(
      TabulatedSpace(space, table, sparse ? Children::NearRows : Children::OfSpace));
}

}  // namespace evonas::evaluation
