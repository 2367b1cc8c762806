#include "search/guided/permutation_importance.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "base/random.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kMostExamined = 200;
constexpr std::size_t kMostPredictions = 20'000;
constexpr std::size_t kMostShuffles = 10;

/// Labels with the number of genes that most have; of many, some that are evenly spread.
std::vector<predictor::Label> examined_labels(std::span<const predictor::Label> labels) {
  std::map<std::size_t, std::size_t> lengths;
  for (const predictor::Label& label : labels) ++lengths[label.genotype.size()];
  const auto usual =
      std::ranges::max_element(lengths, {}, [](const auto& entry) { return entry.second; });
  std::vector<predictor::Label> alike;
  for (const predictor::Label& label : labels) {
    if (label.genotype.size() == usual->first) alike.push_back(label);
  }
  const std::size_t count = std::min(alike.size(), kMostExamined);
  std::vector<predictor::Label> examined;
  for (std::size_t i = 0; i < count; ++i) examined.push_back(alike[i * alike.size() / count]);
  return examined;
}

double variance_of(std::span<const predictor::Label> labels) {
  double sum = 0.0;
  for (const predictor::Label& label : labels) sum += label.value;
  const double mean = sum / static_cast<double>(labels.size());
  double squares = 0.0;
  for (const predictor::Label& label : labels) {
    squares += (label.value - mean) * (label.value - mean);
  }
  return squares / static_cast<double>(labels.size());
}

/// The architecture with one gene of another; nothing where the space has no such architecture.
std::optional<spaces::Genotype> with_gene_of(const spaces::AnySpace& space,
                                             const spaces::Genotype& genotype,
                                             const spaces::Genotype& other, std::size_t gene) {
  std::vector<spaces::Genotype::Gene> genes(genotype.genes().begin(), genotype.genes().end());
  genes[gene] = other[gene];
  spaces::Genotype exchanged(std::move(genes));
  try {
    space.validate(exchanged);
  } catch (const spaces::SpaceError&) {
    return std::nullopt;
  }
  return exchanged;
}

double squared(double value) { return value * value; }

}  // namespace

std::vector<double> permutation_importance(const spaces::AnySpace& space,
                                           const predictor::Predictor& predictor,
                                           std::span<const predictor::Label> labels,
                                           std::uint64_t seed) {
  if (labels.empty()) return {};
  const std::vector<predictor::Label> examined = examined_labels(labels);
  const double variance = variance_of(examined);
  const std::size_t genes = examined.front().genotype.size();
  if (!(variance > 0.0) || genes == 0) return {};
  std::vector<spaces::Genotype> genotypes;
  for (const predictor::Label& label : examined) genotypes.push_back(label.genotype);
  const std::vector<predictor::Prediction> known = predictor.predict(genotypes);
  const std::size_t shuffles =
      std::clamp<std::size_t>(kMostPredictions / (examined.size() * genes), 1, kMostShuffles);

  std::vector<double> importance;
  for (std::size_t gene = 0; gene < genes; ++gene) {
    std::vector<spaces::Genotype> exchanged;
    std::vector<std::size_t> rows;  // of those exchanged, in `examined`
    std::size_t unchanged = 0;
    for (std::size_t shuffle = 0; shuffle < shuffles; ++shuffle) {
      std::vector<std::size_t> order(examined.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      Rng(seed, "shuffled gene", gene, shuffle).shuffle(std::span(order));
      for (std::size_t i = 0; i < order.size(); ++i) {
        if (genotypes[order[i]][gene] == genotypes[i][gene]) {
          ++unchanged;
        } else if (auto child = with_gene_of(space, genotypes[i], genotypes[order[i]], gene)) {
          exchanged.push_back(std::move(*child));
          rows.push_back(i);
        }
      }
    }
    double growth = 0.0;
    const std::vector<predictor::Prediction> predicted =
        exchanged.empty() ? std::vector<predictor::Prediction>() : predictor.predict(exchanged);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double value = examined[rows[i]].value;
      growth += squared(value - predicted[i].mean) - squared(value - known[rows[i]].mean);
    }
    const auto counted = static_cast<double>(std::max<std::size_t>(1, rows.size() + unchanged));
    importance.push_back(std::max(0.0, growth / counted / (2.0 * variance)));
  }
  return importance;
}

}  // namespace evonas::search
