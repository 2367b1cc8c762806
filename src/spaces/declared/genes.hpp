#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spaces/declared/declaration.hpp"
#include "spaces/declared/vocabulary.hpp"

namespace evonas::spaces::declared {

/// One choice: where it stands in the declaration, and the values it is made from, as the notation
/// writes them.
struct Gene {
  std::string name;  ///< "stages[2].kernel, block 1"
  std::vector<std::string> options;
};

/// The gene that chooses a setting; nothing where there is nothing to choose.
template <class T>
using GeneOf = std::optional<std::size_t>;

struct BlockGenes {
  std::optional<std::size_t> operation;
  Settings<GeneOf> settings;
};

struct BranchLayerGenes {
  std::optional<std::size_t> channels;
  BlockGenes block;
};
using BranchGenes = std::vector<std::vector<BranchLayerGenes>>;

struct StageGenes {
  std::optional<std::size_t> channels;
  std::optional<std::size_t> depth;
  std::optional<std::size_t> stride;
  std::vector<BlockGenes> blocks;     ///< of each block, or one for all of them
  std::vector<BranchGenes> branches;  ///< likewise, where blocks are branches

  const BlockGenes& block(std::size_t i) const { return blocks[std::min(i, blocks.size() - 1)]; }
  const BranchGenes& branch(std::size_t i) const {
    return branches[std::min(i, branches.size() - 1)];
  }
};

struct CellGenes {
  std::vector<std::optional<std::size_t>> edges;  ///< in the order of edges_of()
  std::vector<std::optional<std::size_t>> nodes;  ///< operations on nodes
};

/// Every choice of a declaration. The genes stand in the order of its keys. Where each block of a
/// stage chooses for itself, the choices of the stage as a whole come first, then those of its
/// first block, of its second, ...; in branches the operations come one after the other, branch by
/// branch; those of a cell by node, its edges in front of its operation.
struct Genes {
  std::vector<Gene> list;
  std::optional<std::size_t> resolution;
  std::map<std::string, CellGenes> cells;
  std::vector<StageGenes> stem;
  std::vector<StageGenes> stages;
  std::vector<StageGenes> head;
};

/// The genes of a declaration without faults.
Genes make_genes(const Declaration& declaration, const yaml::Node& root);

/// Values as the notation writes them: numbers in their shortest form, false and true as 0 and 1.
template <class T>
std::vector<std::string> texts_of(const OneOrMore<T>& values);

}  // namespace evonas::spaces::declared
