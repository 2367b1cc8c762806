#include "base/json.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/hierarchical.hpp"
#include "spaces/hierarchical/motif.hpp"

namespace evonas::spaces {

using namespace hierarchical_motif;

namespace {

using Gene = Genotype::Gene;
using Json = nlohmann::json;

/// The words of the edges of the cell: "none", "motif_1", ...
std::vector<std::string> motif_names(std::int64_t motifs) {
  std::vector<std::string> names{"none"};
  for (std::int64_t motif = 1; motif <= motifs; ++motif) {
    names.push_back(fmt::format("motif_{}", motif));
  }
  return names;
}

std::vector<std::string> primitive_names() {
  return {kPrimitiveNames.begin(), kPrimitiveNames.end()};
}

Json motif_json(std::span<const Gene> edges, const std::vector<std::string>& names) {
  Json motif = Json::array();
  for (std::size_t edge = 0; edge < edges.size();) {
    Json node = Json::array();
    for (std::size_t sources = motif.size() + 1; node.size() < sources; ++edge) {
      node.push_back(names[static_cast<std::size_t>(edges[edge])]);
    }
    motif.push_back(std::move(node));
  }
  return motif;
}

/// Reads an architecture of the given sizes.
class ArchitectureReader {
 public:
  explicit ArchitectureReader(const HierarchicalOptions& options) : options_(options) {}

  Genotype read(std::string_view text) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!text.starts_with('{') || !text.ends_with('}') || !json.is_object() || json.size() != 2 ||
        !json.contains("level_2") || !json.contains("level_3")) {
      fail(fmt::format("{} is not such an object", evonas::quoted(text, 160)));
    }
    const Json& motifs = json["level_2"];
    if (!motifs.is_array() || motifs.size() != static_cast<std::size_t>(options_.level2_motifs)) {
      fail(fmt::format("\"level_2\" is not a list of {} motifs", options_.level2_motifs));
    }
    const std::vector<std::string> primitives = primitive_names();
    for (std::size_t i = 0; i < motifs.size(); ++i) {
      read_motif(motifs[i], options_.level2_nodes, primitives, fmt::format("motif {}", i + 1));
    }
    read_motif(json["level_3"], options_.level3_nodes, motif_names(options_.level2_motifs),
               "the cell");
    return Genotype(std::move(genes_));
  }

 private:
  void read_motif(const Json& motif, std::int64_t nodes, const std::vector<std::string>& names,
                  const std::string& where) {
    if (!motif.is_array() || motif.size() + 1 != static_cast<std::size_t>(nodes)) {
      fail(fmt::format("{} is not a list of {} nodes, those after the first", where, nodes - 1));
    }
    for (std::size_t node = 0; node < motif.size(); ++node) {
      const Json& edges = motif[node];
      if (!edges.is_array() || edges.size() != node + 1) {
        fail(
            fmt::format("node {} of {} is not a list of {} operations", node + 2, where, node + 1));
      }
      for (const Json& edge : edges) genes_.push_back(gene(edge, names, node, where));
    }
  }

  static Gene gene(const Json& edge, const std::vector<std::string>& names, std::size_t node,
                   const std::string& where) {
    const auto found =
        edge.is_string() ? std::ranges::find(names, edge.get<std::string>()) : names.end();
    if (found == names.end()) {
      fail(fmt::format("node {} of {} has an operation that is none of {}", node + 2, where,
                       fmt::join(names, ", ")));
    }
    return static_cast<Gene>(found - names.begin());
  }

  [[noreturn]] static void fail(const std::string& what) {
    throw SpaceError(
        "a hierarchical architecture is {\"level_2\": [motif, ...], \"level_3\": motif}, a motif "
        "the list of its nodes, each the list of the operations from every node before it: " +
        what);
  }

  const HierarchicalOptions& options_;
  std::vector<Gene> genes_;
};

}  // namespace

std::string Hierarchical::format(const Genotype& genotype) const {
  validate(genotype);
  const std::span<const Gene> genes = genotype.genes();
  const std::vector<std::string> primitives = primitive_names();
  Json motifs = Json::array();
  for (std::size_t first = 0; first < level2_genes(); first += motif_edges()) {
    motifs.push_back(motif_json(genes.subspan(first, motif_edges()), primitives));
  }
  const Json cell = motif_json(genes.last(cell_edges()), motif_names(options_.level2_motifs));
  return Json{{"level_2", motifs}, {"level_3", cell}}.dump();
}

Genotype Hierarchical::parse(std::string_view text) const {
  return ArchitectureReader(options_).read(text);
}

}  // namespace evonas::spaces
