#include "spaces/declared/declaration.hpp"

#include <fmt/format.h>

#include "spaces/blocks.hpp"
#include "spaces/declared/checks.hpp"
#include "spaces/declared/genes.hpp"
#include "yaml/reader.hpp"

namespace evonas::spaces::declared {
namespace {

// Genotypes, and their texts, stay short.
constexpr std::size_t kMostGenes = 2000;
constexpr std::size_t kMostOptions = 1000;
constexpr std::size_t kMostDigits = 10;

void check_genes(const Declaration& declaration, const yaml::Node& root, yaml::Findings& findings) {
  const Genes genes = make_genes(declaration, root);
  if (genes.list.empty()) {
    findings.add("stages",
                 "offers no choice: give a list of values somewhere, as in kernel: [3, 5]");
  }
  if (genes.list.size() > kMostGenes) {
    findings.add("stages",
                 fmt::format("makes {} choices, more than {}: does each block need its own "
                             "(choose: stage)?",
                             genes.list.size(), kMostGenes));
    return;
  }
  const bool digits = declaration.notation == "digits";
  for (const Gene& gene : genes.list) {
    const std::string path = gene.name.substr(0, gene.name.find(','));
    if (digits && gene.options.size() > kMostDigits) {
      findings.add(path, fmt::format("has {} values, and notation: digits has ten digits: use "
                                     "notation: values",
                                     gene.options.size()));
      return;
    }
    if (gene.options.size() > kMostOptions) {
      findings.add(path,
                   fmt::format("has {} values, more than {}", gene.options.size(), kMostOptions));
      return;
    }
  }
}

}  // namespace

DeclarationFile read_declaration(const std::filesystem::path& file, double width_factor) {
  DeclarationFile result{
      {}, yaml::read_document(file, {"space declaration", "stages: [{operation: conv, ...}]"})};
  Declaration& declaration = result.declaration;
  yaml::Findings findings;
  yaml::read_options(result.document, declaration, findings);
  if (declaration.resolution) check_distinct(*declaration.resolution, "resolution", findings);
  const yaml::Node* stages = result.document.root.find("stages");
  if (stages != nullptr && stages->kind == yaml::Node::Kind::Sequence && stages->items.empty()) {
    findings.add("stages", "is an empty list: give at least one stage");
  }
  check_operations(declaration, findings);
  check_cells(declaration, findings);
  check_stages(declaration, findings);
  findings.check();
  check_use(declaration, findings);
  check_widths(declaration, width_factor, findings);
  check_genes(declaration, result.document.root, findings);
  findings.check();
  return result;
}

std::int64_t scaled_width(const Declaration& declaration, std::int64_t channels,
                          double width_factor) {
  if (width_factor == 1.0) return channels;
  return round_channels(static_cast<double>(channels) * width_factor, declaration.divisor);
}

}  // namespace evonas::spaces::declared
