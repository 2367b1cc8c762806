#include "spaces/nasbench201.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/nasbench201/cell.hpp"

namespace evonas::spaces {
namespace {

constexpr std::array<std::string_view, 3> kSources{"~0|", "~1|", "~2|"};
constexpr std::uint64_t kCells = 15625;  // five operations on six edges

[[noreturn]] void refuse(const Genotype& genotype) {
  if (genotype.size() != kEdges.size()) {
    throw SpaceError(
        fmt::format("a nasbench201 genotype has {} genes, one for each edge, but this "
                    "one has {}",
                    kEdges.size(), genotype.size()));
  }
  std::size_t edge = 0;
  while (genotype[edge] >= 0 && genotype[edge] < kOperations) ++edge;
  throw SpaceError(
      fmt::format("gene {} of a nasbench201 genotype is {}, expected an operation "
                  "from 0 to {}",
                  edge, genotype[edge], kOperations - 1));
}

/// The genes as digits in base 5, the first edge the most significant; refuses what is no cell.
/// Searches ask for it several times an architecture, so it looks at all genes without a branch.
std::uint64_t index_of(const Genotype& genotype) {
  if (genotype.size() != kEdges.size()) refuse(genotype);
  std::uint64_t index = 0;
  bool valid = true;
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    const Genotype::Gene gene = genotype[edge];
    valid &= gene >= 0 && gene < kOperations;
    index = index * kOperations + static_cast<std::uint64_t>(gene);
  }
  if (!valid) refuse(genotype);
  return index;
}

std::array<Genotype::Gene, kEdges.size()> genes_of(std::uint64_t index) {
  std::array<Genotype::Gene, kEdges.size()> genes{};
  for (std::size_t edge = kEdges.size(); edge-- > 0;) {
    genes[edge] = static_cast<Genotype::Gene>(index % kOperations);
    index /= kOperations;
  }
  return genes;
}

/// The genes, to be changed; refuses what is no cell.
std::array<Genotype::Gene, kEdges.size()> genes_of(const Genotype& genotype) {
  index_of(genotype);
  std::array<Genotype::Gene, kEdges.size()> genes{};
  std::ranges::copy(genotype.genes(), genes.begin());
  return genes;
}

/// The authors' expression of the output node. A zero is `#`, and only node 1 can be a bare zero: a
/// sum of zeros stays the sum that it is, exactly as in the benchmark.
std::string expression(std::span<const Genotype::Gene> genes) {
  std::array<std::string, kNodes> nodes{"0"};
  std::size_t edge = 0;
  for (std::size_t node = 1; node < kNodes; ++node) {
    std::vector<std::string> operands;
    for (std::size_t source = 0; source < node; ++source, ++edge) {
      if (genes[edge] == kNone || nodes[source] == "#") {
        operands.emplace_back("#");
      } else if (genes[edge] == kSkip) {
        operands.push_back(nodes[source]);
      } else {
        operands.push_back(fmt::format("({})@{}", nodes[source], operation_name(genes[edge])));
      }
    }
    std::ranges::sort(operands);
    for (const std::string& operand : operands) {
      nodes[node] += (nodes[node].empty() ? "" : "+") + operand;
    }
  }
  return nodes.back();
}

using KeyTable = std::array<Key, kCells>;

/// The keys of all cells by index. Searches ask for millions of keys a second, so each is hashed
/// once, on first use.
const KeyTable& keys() {
  static const std::unique_ptr<const KeyTable> table = [] {
    auto result = std::make_unique<KeyTable>();
    for (std::uint64_t index = 0; index < kCells; ++index) {
      (*result)[index] = Key::of("nasbench201 " + expression(genes_of(index)));
    }
    return result;
  }();
  return *table;
}

/// Reads an arch string from the left and knows where it is.
class ArchReader {
 public:
  explicit ArchReader(std::string_view text) : text_(text) {}

  void expect(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) fail(fmt::format("'{}'", token));
    at_ += token.size();
  }

  Genotype::Gene operation() {
    const std::string_view word = text_.substr(at_, text_.find('~', at_) - at_);
    for (Genotype::Gene gene = 0; gene < kOperations; ++gene) {
      if (word == operation_name(gene)) {
        at_ += word.size();
        return gene;
      }
    }
    fail("none, skip_connect, nor_conv_1x1, nor_conv_3x3 or avg_pool_3x3");
  }

  void expect_end() const {
    if (at_ != text_.size()) fail("the end");
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw SpaceError(fmt::format(
        "{} is not a nasbench201 architecture: expected {} at character {}, found {}; the form is "
        "|OP~0|+|OP~0|OP~1|+|OP~0|OP~1|OP~2|",
        evonas::quoted(text_, 160), expected, at_ + 1,
        at_ < text_.size() ? evonas::quoted(text_.substr(at_), 20) : "the end"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

NasBench201::NasBench201(NasBench201Options options) : options_(options) {
  if (options.channels < 1 || options.channels > 4096 || options.cells_per_stage < 1 ||
      options.cells_per_stage > 100) {
    throw SpaceError(
        fmt::format("nasbench201 with {} channels and {} cells per stage is out of range: channels "
                    "go from 1 to "
                    "4096, cells_per_stage from 1 to 100",
                    options.channels, options.cells_per_stage));
  }
}

Genotype NasBench201::sample(Rng& rng) const { return at(rng.below(kCells)); }

Genotype NasBench201::mutate(const Genotype& parent, Rng& rng) const {
  auto genes = genes_of(parent);
  Genotype::Gene& gene = genes[rng.below(kEdges.size())];
  const auto other = static_cast<Genotype::Gene>(rng.below(kOperations - 1));
  gene = static_cast<Genotype::Gene>(other < gene ? other : other + 1);
  return Genotype(genes);
}

Genotype NasBench201::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  auto genes = genes_of(a);
  validate(b);
  const std::uint64_t from_b = rng.below(1U << kEdges.size());
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    if (((from_b >> edge) & 1U) != 0) genes[edge] = b[edge];
  }
  return Genotype(genes);
}

void NasBench201::validate(const Genotype& genotype) const { index_of(genotype); }

Key NasBench201::key(const Genotype& genotype) const { return keys()[index_of(genotype)]; }

std::string NasBench201::format(const Genotype& genotype) const {
  validate(genotype);
  std::string text;
  std::size_t edge = 0;
  for (std::size_t node = 1; node < kNodes; ++node) {
    text += node == 1 ? "|" : "+|";
    for (std::size_t source = 0; source < node; ++source, ++edge) {
      text += operation_name(genotype[edge]);
      text += kSources[source];
    }
  }
  return text;
}

Genotype NasBench201::parse(std::string_view text) const {
  ArchReader reader(text);
  std::vector<Genotype::Gene> genes;
  genes.reserve(kEdges.size());
  for (std::size_t node = 1; node < kNodes; ++node) {
    reader.expect(node == 1 ? "|" : "+|");
    for (std::size_t source = 0; source < node; ++source) {
      genes.push_back(reader.operation());
      reader.expect(kSources[source]);
    }
  }
  reader.expect_end();
  return Genotype(std::move(genes));
}

Genotype NasBench201::at(std::uint64_t index) const {
  if (index >= kCells) {
    throw SpaceError(fmt::format("there is no nasbench201 cell number {}: they go from 0 to {}",
                                 index, kCells - 1));
  }
  return Genotype(genes_of(index));
}

std::vector<Genotype> NasBench201::neighbours(const Genotype& genotype) const {
  auto genes = genes_of(genotype);
  std::vector<Genotype> result;
  result.reserve(kEdges.size() * (kOperations - 1));
  for (std::size_t edge = 0; edge < kEdges.size(); ++edge) {
    for (Genotype::Gene gene = 0; gene < kOperations; ++gene) {
      if (gene == genotype[edge]) continue;
      genes[edge] = gene;
      result.emplace_back(std::span<const Genotype::Gene>(genes));
    }
    genes[edge] = genotype[edge];
  }
  return result;
}

std::vector<GeneDescription> NasBench201::describe_genes() const {
  std::vector<GeneDescription> genes;
  for (const Edge& edge : kEdges) {
    GeneDescription gene{.name = fmt::format("{}->{}", edge.source, edge.target)};
    for (Genotype::Gene value = 0; value < kOperations; ++value) {
      gene.values.emplace_back(operation_name(value));
    }
    genes.push_back(std::move(gene));
  }
  return genes;
}

}  // namespace evonas::spaces
