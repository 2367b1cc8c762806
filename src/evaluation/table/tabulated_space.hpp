#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/table/benchmark_table.hpp"
#include "spaces/search_space.hpp"

namespace evonas::evaluation {

/// The part of a search space that a table has rows of, for comparisons in which every architecture
/// that an algorithm asks for can be looked up. Samples are uniform over rows; a child is the first
/// of the space's own that has a row, which stands for all with the same key. Where rows are too
/// far apart for that, it is of some random rows the one with the most genes of the parent, or of
/// the space's own child of two parents.
class TabulatedSpace {
 public:
  /// Where children come from.
  enum class Children { OfSpace, NearRows };

  /// The table is one of `space`, and has at least two rows.
  TabulatedSpace(spaces::AnySpace space, std::shared_ptr<const BenchmarkTable> table,
                 Children children = Children::OfSpace)
      : space_(std::move(space)), table_(std::move(table)), children_(children) {}

  std::string name() const { return space_.name(); }
  spaces::Genotype sample(Rng& rng) const;
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const;
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const;
  void validate(const spaces::Genotype& genotype) const;
  Key key(const spaces::Genotype& genotype) const { return space_.key(genotype); }
  graph::Graph cell(const spaces::Genotype& genotype) const { return space_.cell(genotype); }
  void tokens(const spaces::Genotype& genotype, graph::Tokens& tokens) const {
    space_.tokens(genotype, tokens);
  }
  graph::Graph network(const spaces::Genotype& genotype, const spaces::NetworkInput& input) const {
    return space_.network(genotype, input);
  }
  std::string format(const spaces::Genotype& genotype) const { return space_.format(genotype); }
  spaces::Genotype parse(std::string_view text) const { return space_.parse(text); }
  std::vector<spaces::GeneDescription> describe_genes() const { return space_.describe_genes(); }
  std::vector<bool> placed_genes(const spaces::Genotype& genotype) const {
    return space_.placed_genes(genotype);
  }
  std::uint64_t size() const { return table_->size(); }
  spaces::Genotype at(std::uint64_t index) const { return table_->genotype(index); }

 private:
  std::optional<spaces::Genotype> row_like(const spaces::Genotype& genotype) const;
  spaces::Genotype row_beside(const spaces::Genotype& parent, Rng& rng) const;
  spaces::Genotype row_near(const spaces::Genotype& genotype, const spaces::Genotype& parent,
                            Rng& rng) const;

  spaces::AnySpace space_;
  std::shared_ptr<const BenchmarkTable> table_;
  Children children_;
};

/// The space, or that part of it that the table has, with children near rows where less than one in
/// twenty random architectures of the space has a row: children of the space's own would be looked
/// for in vain most of the time. The table is one of `space`.
spaces::AnySpace tabulated(const spaces::AnySpace& space,
                           const std::shared_ptr<const BenchmarkTable>& table);

}  // namespace evonas::evaluation
