#include "spaces/mobilenetv3.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "spaces/mobilenetv3/genes.hpp"

namespace evonas::spaces {
namespace {

using namespace mobilenetv3;

constexpr std::array<Gene, 3> kKernelChoices{3, 5, 7};
constexpr std::array<Gene, 3> kExpansionChoices{3, 4, 6};
constexpr std::array<Gene, 3> kDepthChoices{2, 3, 4};
constexpr std::int64_t kLeastResolution = 128;
constexpr std::int64_t kFinestStep = 4;  ///< between resolutions

/// Ascending.
std::vector<Gene> resolution_choices(const MobileNetV3Options& options) {
  std::vector<Gene> choices{kFullResolution};
  if (!options.search_resolution) return choices;
  for (std::int64_t side = kFullResolution - options.resolution_step;
       side >= options.least_resolution; side -= options.resolution_step) {
    choices.push_back(static_cast<Gene>(side));
  }
  std::ranges::reverse(choices);
  return choices;
}

std::span<const Gene> choices(std::size_t gene, std::span<const Gene> resolutions) {
  if (gene < kExpansions) return kKernelChoices;
  if (gene < kDepths) return kExpansionChoices;
  if (gene < kResolution) return kDepthChoices;
  return resolutions;
}

std::string gene_name(std::size_t gene) {
  const auto of_block = [](std::string_view what, std::size_t block) {
    return fmt::format("{} of block {} of unit {}", what, block % kMostBlocks + 1,
                       block / kMostBlocks + 1);
  };
  if (gene < kExpansions) return of_block("kernel", gene - kKernels);
  if (gene < kDepths) return of_block("expansion", gene - kExpansions);
  if (gene < kResolution) return fmt::format("depth of unit {}", gene - kDepths + 1);
  return "resolution";
}

/// Whether the network depends on the gene.
bool is_active(const Genotype& genotype, std::size_t gene) {
  return gene >= kDepths || has_block(genotype, gene % kBlocks);
}

/// Calls `visit(gene, value)` for every other value of every active gene, until it returns true.
template <class Visit>
void for_each_step(const Genotype& genotype, std::span<const Gene> resolutions,
                   const Visit& visit) {
  for (std::size_t gene = 0; gene < kGenes; ++gene) {
    if (!is_active(genotype, gene)) continue;
    for (const Gene value : choices(gene, resolutions)) {
      if (value != genotype[gene] && visit(gene, value)) return;
    }
  }
}

Genotype with_gene(const Genotype& genotype, std::size_t gene, Gene value) {
  std::vector<Gene> genes(genotype.genes().begin(), genotype.genes().end());
  genes[gene] = value;
  return Genotype(std::move(genes));
}

}  // namespace

MobileNetV3::MobileNetV3(MobileNetV3Options options) : options_(options) {
  const double width = options.width_multiplier;
  if (!(width >= 0.1 && width <= 10) || options.first_stride < 1 || options.first_stride > 2) {
    throw SpaceError(
        fmt::format("mobilenetv3 with a width_multiplier of {} and a first_stride of {} is out of "
                    "range: width_multiplier goes from 0.1 to 10, first_stride from 1 to 2",
                    width, options.first_stride));
  }
  const auto [least, step] = std::pair(options.least_resolution, options.resolution_step);
  if (least < kLeastResolution || least > kFullResolution || step < kFinestStep ||
      step > kFullResolution - kLeastResolution || step % kFinestStep != 0) {
    throw SpaceError(fmt::format(
        "mobilenetv3 with a least_resolution of {} and a resolution_step of {} is out of range: "
        "least_resolution goes from {} to {}, resolution_step is a multiple of {} up to {}",
        least, step, kLeastResolution, kFullResolution, kFinestStep,
        kFullResolution - kLeastResolution));
  }
  resolutions_ = resolution_choices(options);
}

Genotype MobileNetV3::sample(Rng& rng) const {
  std::vector<Gene> genes(kGenes);
  for (std::size_t gene = 0; gene < kGenes; ++gene) {
    const std::span<const Gene> values = choices(gene, resolutions_);
    genes[gene] = values[rng.below(values.size())];
  }
  return Genotype(std::move(genes));
}

Genotype MobileNetV3::mutate(const Genotype& parent, Rng& rng) const {
  validate(parent);
  std::uint64_t steps = 0;
  for_each_step(parent, resolutions_, [&](std::size_t, Gene) { return ++steps, false; });
  std::uint64_t left = rng.below(steps);
  Genotype child;
  for_each_step(parent, resolutions_, [&](std::size_t gene, Gene value) {
    if (left-- > 0) return false;
    child = with_gene(parent, gene, value);
    return true;
  });
  return child;
}

Genotype MobileNetV3::crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
  validate(a);
  validate(b);
  static_assert(kGenes < 64);
  std::vector<Gene> genes(a.genes().begin(), a.genes().end());
  const std::uint64_t from_b = rng();
  for (std::size_t gene = 0; gene < kGenes; ++gene) {
    if (((from_b >> gene) & 1U) != 0) genes[gene] = b[gene];
  }
  return Genotype(std::move(genes));
}

void MobileNetV3::validate(const Genotype& genotype) const {
  if (genotype.size() != kGenes) {
    throw SpaceError(
        fmt::format("a mobilenetv3 genotype has {} genes (20 kernels, 20 expansions, 5 depths, the "
                    "resolution), but this one has {}",
                    kGenes, genotype.size()));
  }
  for (std::size_t gene = 0; gene < kGenes; ++gene) {
    const std::span<const Gene> values = choices(gene, resolutions_);
    if (std::ranges::find(values, genotype[gene]) != values.end()) continue;
    throw SpaceError(fmt::format("the {} of a mobilenetv3 genotype is {}, expected {}",
                                 gene_name(gene), genotype[gene], fmt::join(values, ", ")));
  }
}

Key MobileNetV3::key(const Genotype& genotype) const {
  validate(genotype);
  std::string description = "mobilenetv3 ";
  for (std::size_t gene = 0; gene < kGenes; ++gene) {
    // An inactive gene is 0, which no gene is; a byte holds every value.
    description += static_cast<char>(is_active(genotype, gene) ? genotype[gene] : 0);
  }
  return Key::of(description);
}

std::vector<Genotype> MobileNetV3::neighbours(const Genotype& genotype) const {
  validate(genotype);
  std::vector<Genotype> result;
  for_each_step(genotype, resolutions_, [&](std::size_t gene, Gene value) {
    result.push_back(with_gene(genotype, gene, value));
    return false;
  });
  return result;
}

std::vector<bool> MobileNetV3::placed_genes(const Genotype& genotype) const {
  std::vector<bool> active(kGenes);
  for (std::size_t gene = 0; gene < kGenes; ++gene) active[gene] = is_active(genotype, gene);
  return active;
}

std::vector<GeneDescription> MobileNetV3::describe_genes() const {
  std::vector<GeneDescription> genes;
  for (std::size_t gene = 0; gene < kGenes; ++gene) genes.push_back({.name = gene_name(gene)});
  return genes;
}

}  // namespace evonas::spaces
