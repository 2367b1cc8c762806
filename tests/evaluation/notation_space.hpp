#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "spaces/search_space.hpp"

namespace evonas::tests {

/// Takes texts in the notation of NAS-Bench-101 ("101 c3") for what they say, whatever graph that
/// is. The key leaves out the order of the operations, so that different rows have one key.
struct NotationSpace {
  using Gene = spaces::Genotype::Gene;

  std::string name() const { return "nasbench101"; }
  spaces::Genotype sample(Rng&) const { return parse("1"); }
  spaces::Genotype mutate(const spaces::Genotype&, Rng&) const { return parse("1"); }
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype&, Rng&) const {
    return a;
  }
  void validate(const spaces::Genotype& genotype) const {
    if (genotype.size() == 0) throw spaces::SpaceError("no genes");
    for (const Gene gene : genotype.genes()) {
      if (gene < 0 || gene > 4) throw spaces::SpaceError("a gene outside 0 to 4");
    }
  }
  Key key(const spaces::Genotype& genotype) const {
    std::vector<Gene> sorted(genotype.genes().begin(), genotype.genes().end());
    std::sort(sorted.begin(), sorted.end());
    return spaces::key_of_genes(sorted);
  }
  graph::Graph cell(const spaces::Genotype&) const { throw spaces::SpaceError("not drawn"); }
  graph::Graph network(const spaces::Genotype&, const spaces::NetworkInput&) const {
    throw spaces::SpaceError("not built");
  }
  std::string format(const spaces::Genotype& genotype) const {
    std::string text;
    for (const Gene gene : genotype.genes()) {
      if (gene < 2) {
        text += static_cast<char>('0' + gene);
      } else {
        text += gene == 2 ? " c1" : gene == 3 ? " c3" : " mp";
      }
    }
    return text;
  }
  spaces::Genotype parse(std::string_view text) const {
    std::vector<Gene> genes;
    for (std::size_t i = 0; i < text.size();) {
      const std::string_view operation = text.substr(i, 3);
      if (text[i] == '0' || text[i] == '1') {
        genes.push_back(static_cast<Gene>(text[i++] - '0'));
        continue;
      }
      genes.push_back(operation == " c1" ? Gene{2} : operation == " c3" ? Gene{3} : Gene{4});
      if (genes.back() == 4 && operation != " mp") {
        throw spaces::SpaceError("'" + std::string(text) + "' is no cell");
      }
      i += 3;
    }
    return spaces::Genotype(genes);
  }
};

}  // namespace evonas::tests
