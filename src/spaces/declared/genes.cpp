#include "spaces/declared/genes.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

namespace evonas::spaces::declared {
namespace {

/// Visitor of the settings of a stage: their values as texts, by name.
struct SettingTexts {
  std::map<std::string, std::vector<std::string>, std::less<>> texts;

  template <class T>
  void operator()(const char* name, const Chosen<T>& value, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    if (value) texts[name] = texts_of(*value);
  }
};

/// Visitor of the genes of settings: where each is kept, by name.
struct SettingGenes {
  std::map<std::string, std::optional<std::size_t>*, std::less<>> genes;

  void operator()(const char* name, std::optional<std::size_t>& gene, const char* /*help*/,
                  const FieldRule& /*rule*/ = {}) {
    genes[name] = &gene;
  }
};

class GeneMaker {
 public:
  explicit GeneMaker(const Declaration& declaration) : declaration_(declaration) {}

  Genes make(const yaml::Node& root) {
    // Of cells only those that the file holds; a stage list per part.
    for (const yaml::Node::Entry& entry : root.entries) {
      if (entry.key == "resolution" && declaration_.resolution) {
        genes_.resolution = add("resolution", texts_of(*declaration_.resolution));
      } else if (entry.key == "cells") {
        for (const auto& cell : entry.value.entries) add_cell(cell.key);
      } else if (entry.key == "stem") {
        add_stages("stem", declaration_.stem, entry.value, genes_.stem);
      } else if (entry.key == "stages") {
        add_stages("stages", declaration_.stages, entry.value, genes_.stages);
      } else if (entry.key == "head") {
        add_stages("head", declaration_.head, entry.value, genes_.head);
      }
    }
    return std::move(genes_);
  }

 private:
  /// A gene, or nothing where one value is no choice.
  std::optional<std::size_t> add(std::string name, std::vector<std::string> options) {
    if (options.size() < 2) return std::nullopt;
    genes_.list.push_back({std::move(name), std::move(options)});
    return genes_.list.size() - 1;
  }

  void add_cell(const std::string& name) {
    const Cell& cell = declaration_.cells.at(name);
    CellGenes& genes = genes_.cells[name];
    const bool on_edges = cell.operations_on == "edges";
    const std::vector<Edge> edges = edges_of(cell);
    const auto inputs = static_cast<std::size_t>(cell.inputs);
    for (std::size_t node = 0; node < static_cast<std::size_t>(cell.nodes); ++node) {
      for (const Edge& edge : edges) {
        if (edge.target != inputs + node) continue;
        genes.edges.push_back(
            add(fmt::format("cells.{}, edge {}-{}", name, edge.source, edge.target),
                on_edges ? texts_of(cell.operations) : std::vector<std::string>{"0", "1"}));
      }
      if (on_edges) continue;
      genes.nodes.push_back(
          add(fmt::format("cells.{}, node {}", name, inputs + node), texts_of(cell.operations)));
    }
  }

  void add_stages(const std::string& part, const std::vector<Stage>& stages,
                  const yaml::Node& nodes, std::vector<StageGenes>& result) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      result.push_back(add_stage(fmt::format("{}[{}]", part, i), stages[i], nodes.items[i]));
    }
  }

  StageGenes add_stage(const std::string& path, const Stage& stage, const yaml::Node& node) {
    const bool each = stage.choose == "block";
    const auto depth = static_cast<std::size_t>(std::ranges::max(stage.depth.values));
    StageGenes genes;
    const std::size_t choosers = each ? std::max<std::size_t>(1, depth) : 1;
    genes.blocks.resize(choosers);
    genes.branches.resize(stage.branches.empty() ? 0 : choosers);
    const auto add_of_block = [&](const yaml::Node::Entry& entry, std::size_t block,
                                  const std::string& suffix) {
      const std::string name = fmt::format("{}.{}", path, entry.key);
      if (entry.key == "branches") {
        genes.branches[block] = add_branches(name, suffix, stage.branches, entry.value);
      } else {
        add_block_gene(entry.key, name + suffix, stage.operation, stage.settings,
                       genes.blocks[block]);
      }
    };
    for (const yaml::Node::Entry& entry : node.entries) {
      const std::string name = fmt::format("{}.{}", path, entry.key);
      if (entry.key == "channels") genes.channels = add(name, texts_of(stage.channels));
      if (entry.key == "depth") genes.depth = add(name, texts_of(stage.depth));
      if (entry.key == "stride") genes.stride = add(name, texts_of(stage.stride));
      if (!each) add_of_block(entry, 0, "");
    }
    for (std::size_t block = 0; each && block < depth; ++block) {
      const std::string suffix = depth > 1 ? fmt::format(", block {}", block + 1) : "";
      for (const yaml::Node::Entry& entry : node.entries) add_of_block(entry, block, suffix);
    }
    return genes;
  }

  BranchGenes add_branches(const std::string& path, const std::string& suffix,
                           const std::vector<std::vector<BranchLayer>>& branches,
                           const yaml::Node& node) {
    BranchGenes genes(branches.size());
    for (std::size_t i = 0; i < branches.size(); ++i) {
      genes[i].resize(branches[i].size());
      for (std::size_t k = 0; k < branches[i].size(); ++k) {
        const BranchLayer& layer = branches[i][k];
        for (const yaml::Node::Entry& entry : node.items[i].items[k].entries) {
          const std::string name = fmt::format("{}[{}][{}].{}{}", path, i, k, entry.key, suffix);
          if (entry.key == "channels") genes[i][k].channels = add(name, texts_of(layer.channels));
          add_block_gene(entry.key, name, layer.operation, layer.settings, genes[i][k].block);
        }
      }
    }
    return genes;
  }

  /// The gene of the operation or of a setting; none for another key.
  void add_block_gene(const std::string& key, const std::string& name,
                      const OneOrMore<std::string>& operation, const Settings<Chosen>& settings,
                      BlockGenes& genes) {
    if (key == "operation") {
      genes.operation = add(name, texts_of(operation));
      return;
    }
    SettingTexts values;
    Settings<Chosen>(settings).fields(values);
    const auto found = values.texts.find(key);
    if (found == values.texts.end()) return;
    SettingGenes places;
    genes.settings.fields(places);
    *places.genes.at(key) = add(name, found->second);
  }

  const Declaration& declaration_;
  Genes genes_;
};

}  // namespace

template <class T>
std::vector<std::string> texts_of(const OneOrMore<T>& values) {
  std::vector<std::string> texts;
  for (const auto& value : values.values) {
    if constexpr (std::is_same_v<T, bool>) {
      texts.emplace_back(value ? "1" : "0");
    } else {
      texts.push_back(fmt::format("{}", value));
    }
  }
  return texts;
}

template std::vector<std::string> texts_of(const OneOrMore<bool>&);
template std::vector<std::string> texts_of(const OneOrMore<double>&);
template std::vector<std::string> texts_of(const OneOrMore<std::int64_t>&);
template std::vector<std::string> texts_of(const OneOrMore<std::string>&);

Genes make_genes(const Declaration& declaration, const yaml::Node& root) {
  return GeneMaker(declaration).make(root);
}

}  // namespace evonas::spaces::declared
