#include "spaces/declared.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/quoted.hpp"
#include "spaces/declared/plan.hpp"
#include "yaml/fault.hpp"

namespace evonas::spaces {
namespace {

using Gene = Genotype::Gene;

std::shared_ptr<const declared::Model> read_model(const DeclaredOptions& options) {
  const auto outside = [](double value) { return !(value >= 0.01 && value <= 100); };
  if (outside(options.width) || outside(options.resolution) || options.drop_strides < 0 ||
      options.drop_strides > 100) {
    throw SpaceError(
        fmt::format("a declared space with width {}, resolution {} and drop_strides {} "
                    "is out of range: the first two go from 0.01 to 100, the last from "
                    "0 to 100",
                    options.width, options.resolution, options.drop_strides));
  }
  if (options.file.empty()) {
    throw SpaceError(
        "a declared space needs the file that declares it: file=configs/spaces/X.yaml");
  }
  auto model = std::make_shared<declared::Model>();
  try {
    declared::DeclarationFile file = declared::read_declaration(options.file, options.width);
    model->declaration = std::move(file.declaration);
    model->genes = declared::make_genes(model->declaration, file.document.root);
  } catch (const yaml::YamlError& error) {
    throw SpaceError(error.what());
  }
  model->words = declared::meanings(model->declaration);
  model->width = options.width;
  model->drop_strides = options.drop_strides;
  model->resolution = options.resolution;
  const Genotype first(std::vector<Gene>(model->genes.list.size()));
  const std::vector<bool> read = declared::make_plan(*model, first).read;
  if (std::ranges::find(read, true) == read.end()) {
    throw SpaceError(
        fmt::format("{}: no choice of it changes the network; expected at least one "
                    "that a stage reads, as in channels: [16, 32]",
                    options.file));
  }
  return model;
}

std::optional<std::uint64_t> product(const std::vector<declared::Gene>& genes) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 63;
  std::uint64_t result = 1;
  for (const declared::Gene& gene : genes) {
    if (result > (kMost - 1) / gene.options.size()) return std::nullopt;
    result *= gene.options.size();
  }
  return result;
}

std::vector<Gene> copy_of(const Genotype& genotype) {
  return {genotype.genes().begin(), genotype.genes().end()};
}

/// The values of a gene for a message, the first few where they are many.
std::string shown_options(const declared::Gene& gene) {
  constexpr std::size_t kMost = 12;
  const std::size_t count = std::min(gene.options.size(), kMost);
  return fmt::format("{}{}",
                     fmt::join(gene.options.begin(),
                               gene.options.begin() + static_cast<std::ptrdiff_t>(count), ", "),
                     count < gene.options.size() ? ", ..." : "");
}

}  // namespace

Declared::Declared(const DeclaredOptions& options)
    : model_(read_model(options)), size_(product(model_->genes.list)) {}

std::size_t Declared::genes() const { return model_->genes.list.size(); }

std::size_t Declared::options(std::size_t gene) const {
  return model_->genes.list[gene].options.size();
}

Genotype Declared::sample(Rng& rng) const {
  std::vector<Gene> values(genes());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<Gene>(rng.below(options(i)));
  }
  return Genotype(std::move(values));
}

Genotype Declared::mutate(const Genotype& parent, Rng& rng) const {
  validate(parent);
  const std::vector<bool> active = declared::make_plan(*model_, parent).read;
  std::uint64_t number =
      rng.below(static_cast<std::uint64_t>(std::count(active.begin(), active.end(), true)));
  std::size_t gene = 0;
  while (!active[gene] || number-- > 0) ++gene;
  std::vector<Gene> values = copy_of(parent);
  const auto other = static_cast<Gene>(rng.below(options(gene) - 1));
  values[gene] = static_cast<Gene>(other < values[gene] ? other : other + 1);
  return Genotype(std::move(values));
}

std::vector<bool> Declared::placed_genes(const Genotype& genotype) const {
  std::vector<bool> placed = declared::make_plan(*model_, genotype).read;
  for (const auto& [name, cell] : model_->genes.cells) {
    for (const auto* genes : {&cell.edges, &cell.nodes}) {
      for (const std::optional<std::size_t>& gene : *genes) {
        if (gene) placed[*gene] = false;
      }
    }
  }
  return placed;
}

Genotype Declared::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  std::vector<Gene> values = copy_of(a);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (rng.below(2) == 1) values[i] = b[i];
  }
  return Genotype(std::move(values));
}

void Declared::validate(const Genotype& genotype) const {
  if (genotype.size() != genes()) {
    throw SpaceError(
        fmt::format("a genotype of this declared space has {} genes, one for each "
                    "choice, but this one has {}",
                    genes(), genotype.size()));
  }
  for (std::size_t i = 0; i < genotype.size(); ++i) {
    if (genotype[i] >= 0 && static_cast<std::size_t>(genotype[i]) < options(i)) continue;
    throw SpaceError(fmt::format("gene {} ({}) of a declared genotype is {}, expected 0 to {}", i,
                                 model_->genes.list[i].name, genotype[i], options(i) - 1));
  }
}

Key Declared::key(const Genotype& genotype) const {
  validate(genotype);
  return declared::key_of(declared::make_plan(*model_, genotype));
}

graph::Graph Declared::cell(const Genotype& genotype) const {
  validate(genotype);
  return declared::graph_of(declared::make_plan(*model_, genotype, declared::Cells::Once));
}

graph::Graph Declared::network(const Genotype& genotype, const NetworkInput& input) const {
  validate(genotype);
  return declared::network_of(declared::make_plan(*model_, genotype), input);
}

std::string Declared::format(const Genotype& genotype) const {
  validate(genotype);
  std::string text;
  for (std::size_t i = 0; i < genotype.size(); ++i) {
    if (model_->declaration.notation == "digits") {
      text += static_cast<char>('0' + genotype[i]);
    } else {
      if (i > 0) text += ' ';
      text += model_->genes.list[i].options[static_cast<std::size_t>(genotype[i])];
    }
  }
  return text;
}

Genotype Declared::parse(std::string_view text) const {
  return model_->declaration.notation == "digits" ? parse_digits(text) : parse_values(text);
}

Genotype Declared::parse_digits(std::string_view text) const {
  if (text.size() != genes()) {
    throw SpaceError(
        fmt::format("{} is no architecture of this declared space: expected {} digits, "
                    "one for each choice, found {} characters",
                    evonas::quoted(text), genes(), text.size()));
  }
  std::vector<Gene> values;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = text[i] - '0';
    if (digit < 0 || static_cast<std::size_t>(digit) >= options(i)) {
      throw SpaceError(
          fmt::format("{} is no architecture of this declared space: expected a digit "
                      "from 0 to {} at character {} ({}: {})",
                      evonas::quoted(text), options(i) - 1, i + 1, model_->genes.list[i].name,
                      shown_options(model_->genes.list[i])));
    }
    values.push_back(static_cast<Gene>(digit));
  }
  return Genotype(std::move(values));
}

Genotype Declared::parse_values(std::string_view text) const {
  const auto blanks = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
  if (blanks + 1 != genes() || text.empty()) {
    throw SpaceError(
        fmt::format("{} is no architecture of this declared space: expected {} values "
                    "with one blank between, found {}",
                    evonas::quoted(text), genes(), text.empty() ? 0 : blanks + 1));
  }
  std::vector<Gene> values;
  for (std::size_t i = 0, begin = 0; i < genes(); ++i) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view value = text.substr(begin, end - begin);
    const declared::Gene& gene = model_->genes.list[i];
    const auto found = std::ranges::find(gene.options, value);
    if (found == gene.options.end()) {
      throw SpaceError(fmt::format(
          "{} is no architecture of this declared space: value {} ({}) is "
          "one of {}, not {}",
          evonas::quoted(text), i + 1, gene.name, shown_options(gene), evonas::quoted(value, 30)));
    }
    values.push_back(static_cast<Gene>(found - gene.options.begin()));
    begin = end + 1;
  }
  return Genotype(std::move(values));
}

Genotype Declared::at(std::uint64_t index) const {
  if (!size_ || index >= *size_) {
    throw SpaceError(size_
                         ? fmt::format("there is no architecture number {} in this declared space: "
                                       "they go from 0 to {}",
                                       index, *size_ - 1)
                         : "this declared space is too large to number its architectures");
  }
  std::vector<Gene> values(genes());
  for (std::size_t i = values.size(); i-- > 0;) {
    values[i] = static_cast<Gene>(index % options(i));
    index /= options(i);
  }
  return Genotype(std::move(values));
}

std::vector<Genotype> Declared::neighbours(const Genotype& genotype) const {
  validate(genotype);
  const std::vector<bool> active = declared::make_plan(*model_, genotype).read;
  std::vector<Genotype> result;
  std::vector<Gene> values = copy_of(genotype);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!active[i]) continue;
    for (std::size_t other = 0; other < options(i); ++other) {
      if (static_cast<Gene>(other) == genotype[i]) continue;
      values[i] = static_cast<Gene>(other);
      result.emplace_back(values);
    }
    values[i] = genotype[i];
  }
  return result;
}

std::vector<GeneDescription> Declared::describe_genes() const {
  std::vector<GeneDescription> genes;
  for (const declared::Gene& gene : model_->genes.list) genes.push_back({gene.name, gene.options});
  return genes;
}

}  // namespace evonas::spaces
