#include "predictor/gene_choices.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace evonas::predictor {
namespace {

constexpr std::size_t kMostChoices = 16;  // values of a gene that are told apart

}  // namespace

bool GeneChoices::Place::is_number() const { return values.size() > kMostChoices; }

GeneChoices::GeneChoices(const spaces::AnySpace& space,
                         std::span<const spaces::Genotype> architectures) {
  std::vector<std::set<spaces::Genotype::Gene>> values;
  for (const spaces::Genotype& architecture : architectures) {
    const std::vector<bool> placed = space.placed_genes(architecture);
    if (placed.empty()) return;
    values.resize(placed.size());
    for (std::size_t gene = 0; gene < placed.size(); ++gene) {
      if (placed[gene]) values[gene].insert(architecture[gene]);
    }
  }
  for (std::size_t gene = 0; gene < values.size(); ++gene) {
    if (values[gene].empty()) continue;
    places_.push_back({.gene = gene, .values = {values[gene].begin(), values[gene].end()}});
    size_ += places_.back().width();
  }
}

std::vector<std::string> GeneChoices::names(const spaces::AnySpace& space) const {
  const std::vector<spaces::GeneDescription> genes = space.describe_genes();
  std::vector<std::string> names;
  for (const Place& place : places_) {
    const spaces::GeneDescription& gene = genes[place.gene];
    if (place.is_number()) {
      names.push_back(gene.name);
      continue;
    }
    for (const spaces::Genotype::Gene value : place.values) {
      names.push_back(fmt::format("{} is {}", gene.name, gene.text_of(value)));
    }
  }
  return names;
}

void GeneChoices::compute(const spaces::AnySpace& space, const spaces::Genotype& architecture,
                          std::span<double> numbers) const {
  if (places_.empty()) return;
  const std::vector<bool> placed = space.placed_genes(architecture);
  std::ranges::fill(numbers, 0.0);
  std::size_t first = 0;
  for (const Place& place : places_) {
    const auto value = std::ranges::lower_bound(place.values, architecture[place.gene]);
    const auto number = static_cast<std::size_t>(value - place.values.begin());
    if (placed[place.gene] && value != place.values.end()) {
      if (place.is_number()) {
        numbers[first] = static_cast<double>(number + 1) / static_cast<double>(place.values.size());
      } else if (*value == architecture[place.gene]) {
        numbers[first + number] = 1.0;
      }
    }
    first += place.width();
  }
}

}  // namespace evonas::predictor
