#include "search/guided/permutation_importance.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "base/random.hpp"
#include "base/statistics.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kMostExamined = 200;
constexpr std::size_t kMostPredictions = 20'000;
constexpr std::size_t kMostShuffles = 10;

/// Which of these architectures are looked at: those with the number of genes that most have; of
/// many, some that are evenly spread.
std::vector<std::size_t> examined_rows(std::span<const predictor::Label> labels) {
  std::map<std::size_t, std::size_t> lengths;
  for (const predictor::Label& label : labels) ++lengths[label.genotype.size()];
  const auto usual =
      std::ranges::max_element(lengths, {}, [](const auto& entry) { return entry.second; });
  std::vector<std::size_t> alike;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row].genotype.size() == usual->first) alike.push_back(row);
  }
  const std::size_t count = std::min(alike.size(), kMostExamined);
  std::vector<std::size_t> examined;
  for (std::size_t i = 0; i < count; ++i) examined.push_back(alike[i * alike.size() / count]);
  return examined;
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

/// Architectures that each have one gene of another one of those examined.
struct Exchanged {
  std::vector<spaces::Genotype> genotypes;
  std::vector<std::size_t> rows;  ///< by genotype: where the rest of it is from, in those examined
  std::size_t unchanged = 0;      ///< shuffles that left an architecture as it is
};

Exchanged exchange_gene(const spaces::AnySpace& space, std::span<const spaces::Genotype> examined,
                        std::size_t gene, std::size_t shuffles, std::uint64_t seed) {
  Exchanged result;
  for (std::size_t shuffle = 0; shuffle < shuffles; ++shuffle) {
    std::vector<std::size_t> order(examined.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Rng(seed, "shuffled gene", gene, shuffle).shuffle(std::span(order));
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (examined[order[i]][gene] == examined[i][gene]) {
        ++result.unchanged;
      } else if (auto child = with_gene_of(space, examined[i], examined[order[i]], gene)) {
        result.genotypes.push_back(std::move(*child));
        result.rows.push_back(i);
      }
    }
  }
  return result;
}

double squared(double value) { return value * value; }

/// One metric of those examined.
struct ExaminedMetric {
  std::vector<double> values;
  double variance = 0.0;
  std::vector<predictor::Prediction> known;  ///< of the architectures as they are
  std::vector<double> importance;            ///< of the genes so far

  void add_gene(const Exchanged& of, std::span<const predictor::Prediction> predicted) {
    double growth = 0.0;
    for (std::size_t i = 0; i < of.rows.size(); ++i) {
      const double value = values[of.rows[i]];
      growth += squared(value - predicted[i].mean) - squared(value - known[of.rows[i]].mean);
    }
    const auto counted =
        static_cast<double>(std::max<std::size_t>(1, of.rows.size() + of.unchanged));
    importance.push_back(std::max(0.0, growth / counted / (2.0 * variance)));
  }
};

ExaminedMetric examined_metric(std::span<const predictor::Label> labels,
                               std::span<const std::size_t> rows) {
  ExaminedMetric metric;
  for (const std::size_t row : rows) metric.values.push_back(labels[row].value);
  metric.variance =
      sum_of_squares(metric.values, mean_of(metric.values)) / static_cast<double>(rows.size());
  return metric;
}

}  // namespace

std::vector<std::vector<double>> permutation_importance(const spaces::AnySpace& space,
                                                        const PredictAll& predict,
                                                        predictor::LabelLists labels,
                                                        std::uint64_t seed) {
  std::vector<std::vector<double>> importance(labels.size());
  if (labels.empty() || labels.front().empty()) return importance;
  const std::vector<std::size_t> rows = examined_rows(labels.front());
  std::vector<ExaminedMetric> metrics;
  for (const auto& of_metric : labels) metrics.push_back(examined_metric(of_metric, rows));
  std::vector<spaces::Genotype> genotypes;
  for (const std::size_t row : rows) genotypes.push_back(labels.front()[row].genotype);
  const std::size_t genes = genotypes.front().size();
  const auto varies = [](const ExaminedMetric& metric) { return metric.variance > 0.0; };
  if (genes == 0 || std::ranges::none_of(metrics, varies)) return importance;
  auto known = predict(genotypes);
  for (std::size_t i = 0; i < metrics.size(); ++i) metrics[i].known = std::move(known[i]);
  const std::size_t shuffles =
      std::clamp<std::size_t>(kMostPredictions / (genotypes.size() * genes), 1, kMostShuffles);

  for (std::size_t gene = 0; gene < genes; ++gene) {
    const Exchanged of = exchange_gene(space, genotypes, gene, shuffles, seed);
    std::vector<std::vector<predictor::Prediction>> predicted(metrics.size());
    if (!of.genotypes.empty()) predicted = predict(of.genotypes);
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      if (varies(metrics[i])) metrics[i].add_gene(of, predicted[i]);
    }
  }
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    importance[i] = std::move(metrics[i].importance);
  }
  return importance;
}

std::vector<double> permutation_importance(const spaces::AnySpace& space,
                                           const predictor::Predictor& predictor,
                                           std::span<const predictor::Label> labels,
                                           std::uint64_t seed) {
  const std::vector<std::vector<predictor::Label>> lists{{labels.begin(), labels.end()}};
  const PredictAll predict = [&](std::span<const spaces::Genotype> block) {
    return std::vector<std::vector<predictor::Prediction>>{predictor.predict(block)};
  };
  return std::move(permutation_importance(space, predict, lists, seed).front());
}

}  // namespace evonas::search
