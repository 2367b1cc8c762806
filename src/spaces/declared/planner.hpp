#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "spaces/declared/plan.hpp"

namespace evonas::spaces::declared {

/// Lays the layers of one genotype out, stage by stage.
class Planner {
 public:
  Planner(const Model& model, const Genotype& genotype, Cells cells)
      : model_(model), genotype_(genotype), cells_(cells) {}

  Plan make();

 private:
  /// What is known of a value: its width (0: that of the images), and how much smaller than the
  /// image it is.
  struct Value {
    std::int64_t channels = 0;
    std::int64_t reduction = 1;
  };

  /// The number of the option that a gene chooses, 0 where there is no choice.
  std::size_t option(const std::optional<std::size_t>& gene);

  template <class T>
  T choose(const OneOrMore<T>& values, const std::optional<std::size_t>& gene) {
    return values.values[option(gene)];
  }

  /// A setting by the nearest level that says it. `get` picks it from Settings of any kind; `stage`
  /// and `genes` are null inside cells.
  template <class T, class Get>
  T setting(const Meaning& meaning, const Settings<Chosen>* stage, const Settings<GeneOf>* genes,
            T usual, Get get) {
    if (meaning.named != nullptr && get(meaning.named->settings)) {
      return *get(meaning.named->settings);
    }
    if (stage != nullptr && get(*stage)) return choose<T>(*get(*stage), get(*genes));
    return get(model_.declaration.defaults).value_or(usual);
  }

  void add_stages(const std::vector<Stage>& stages, const std::vector<StageGenes>& genes);
  void add_stage(const Stage& stage, const StageGenes& genes);
  void add_branches(const Stage& stage, const BranchGenes& genes, std::int64_t stride);
  void add_block(const Meaning& meaning, const Stage& stage, const BlockGenes& genes,
                 std::int64_t channels, std::int64_t stride);

  /// The operation that `meaning` says on value `x`; returns the value of the result.
  std::size_t add_operation(const Meaning& meaning, const Settings<Chosen>* stage,
                            const Settings<GeneOf>* genes, std::size_t x, std::int64_t channels,
                            std::int64_t stride);
  void set_squeeze(Layer& layer, const Meaning& meaning, const Settings<Chosen>* stage,
                   const Settings<GeneOf>* genes);

  std::size_t add_cell(const Meaning& meaning, std::int64_t channels, std::int64_t stride);
  std::vector<std::size_t> cell_inputs(const Cell& cell, std::int64_t channels,
                                       std::int64_t stride);
  void add_nodes_with_edge_operations(const Cell& cell, const CellGenes& genes,
                                      std::int64_t channels, std::int64_t stride,
                                      std::vector<std::optional<std::size_t>>& nodes);
  void add_nodes_with_operations(const Cell& cell, const CellGenes& genes, std::int64_t channels,
                                 std::vector<std::optional<std::size_t>>& nodes);
  std::optional<std::size_t> combine(const std::string& how, std::vector<std::size_t> operands);

  std::size_t add_step(Layer layer, std::vector<std::size_t> operands);
  void drop_unused_steps();

  const Model& model_;
  const Genotype& genotype_;
  Cells cells_;
  Plan plan_;
  std::vector<Value> values_;
  std::size_t before_ = 0;    ///< value that the last block read
  std::size_t previous_ = 0;  ///< value that the next block reads
  std::int64_t dropped_strides_ = 0;
  std::set<const Cell*> shown_;
};

}  // namespace evonas::spaces::declared
