#include "report/additive_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/statistics.hpp"

namespace evonas::report {
namespace {

constexpr std::size_t kFolds = 5;
/// Sightings without effect that are added to each value of a gene; the most cautious first.
constexpr std::array<double, 6> kPenalties{100.0, 30.0, 10.0, 3.0, 1.0, 0.3};
constexpr int kSweeps = 200;
/// Change of an effect, relative to the spread of the values, at which sweeps end.
constexpr double kSmallChange = 1e-6;

/// Architectures as levels: the values of each gene, numbered.
struct Levels {
  std::size_t genes = 0;
  std::vector<std::size_t> of;      ///< by architecture and gene
  std::vector<std::size_t> counts;  ///< of each gene

  std::size_t at(std::size_t row, std::size_t gene) const { return of[row * genes + gene]; }
};

Levels levels_of(std::span<const spaces::Genotype> genotypes) {
  Levels levels{.genes = genotypes.front().size()};
  std::vector<std::map<spaces::Genotype::Gene, std::size_t>> numbers(levels.genes);
  for (const spaces::Genotype& genotype : genotypes) {
    for (std::size_t gene = 0; gene < levels.genes; ++gene) {
      const auto known = numbers[gene].emplace(genotype[gene], numbers[gene].size()).first;
      levels.of.push_back(known->second);
    }
  }
  for (const auto& known : numbers) levels.counts.push_back(known.size());
  return levels;
}

/// The variance of these values themselves, which are no sample.
double own_variance(std::span<const double> values) {
  return sum_of_squares(values, mean_of(values)) / static_cast<double>(values.size());
}

/// A value is a mean and one effect a gene.
class AdditiveModel {
 public:
  /// Fits the model to the architectures `rows`.
  AdditiveModel(const Levels& levels, std::span<const double> values,
                std::span<const std::size_t> rows, double penalty)
      : levels_(levels) {
    std::vector<double> left;  // of the values, unexplained
    for (const std::size_t row : rows) left.push_back(values[row]);
    mean_ = mean_of(left);
    const double enough = kSmallChange * std::sqrt(own_variance(left));
    for (double& value : left) value -= mean_;
    for (const std::size_t count : levels.counts) effects_.emplace_back(count, 0.0);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      double change = centre(left);
      for (std::size_t gene = 0; gene < levels.genes; ++gene) {
        change = std::max(change, refit(gene, rows, left, penalty));
      }
      if (change <= enough) break;
    }
  }

  double effect(std::size_t row, std::size_t gene) const {
    return effects_[gene][levels_.at(row, gene)];
  }

  double value(std::size_t row) const {
    double sum = mean_;
    for (std::size_t gene = 0; gene < levels_.genes; ++gene) sum += effect(row, gene);
    return sum;
  }

 private:
  double centre(std::vector<double>& left) {
    const double shift = mean_of(left);
    mean_ += shift;
    for (double& value : left) value -= shift;
    return std::abs(shift);
  }

  /// Fits the effects of one gene to what the others leave; the largest change.
  double refit(std::size_t gene, std::span<const std::size_t> rows, std::vector<double>& left,
               double penalty) {
    std::vector<double>& effects = effects_[gene];
    std::vector<double> sums(effects.size(), 0.0);
    std::vector<double> counts(effects.size(), penalty);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t level = levels_.at(rows[i], gene);
      sums[level] += left[i] + effects[level];
      counts[level] += 1.0;
    }
    std::vector<double> changes;
    double largest = 0.0;
    for (std::size_t level = 0; level < effects.size(); ++level) {
      changes.push_back(sums[level] / counts[level] - effects[level]);
      effects[level] += changes[level];
      largest = std::max(largest, std::abs(changes[level]));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) left[i] -= changes[levels_.at(rows[i], gene)];
    return largest;
  }

  const Levels& levels_;
  double mean_ = 0.0;
  std::vector<std::vector<double>> effects_;  ///< by gene and level
};

/// Mean squared error of architectures that the model was not fitted to.
double error_of(const Levels& levels, std::span<const double> values, double penalty) {
  double squares = 0.0;
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (row % kFolds != fold) rows.push_back(row);
    }
    const AdditiveModel model(levels, values, rows, penalty);
    for (std::size_t row = fold; row < values.size(); row += kFolds) {
      const double error = values[row] - model.value(row);
      squares += error * error;
    }
  }
  return squares / static_cast<double>(values.size());
}

}  // namespace

GeneShares gene_shares(std::span<const spaces::Genotype> genotypes,
                       std::span<const double> values) {
  const Levels levels = levels_of(genotypes);
  GeneShares result{.shares = std::vector<double>(levels.genes, 0.0)};
  const double variance = own_variance(values);
  if (!(variance > 0.0)) return result;
  double least = std::numeric_limits<double>::infinity();
  double penalty = kPenalties.front();
  for (const double candidate : kPenalties) {
    const double error = error_of(levels, values, candidate);
    if (error >= least) continue;
    least = error;
    penalty = candidate;
  }
  result.explained = std::max(0.0, 1.0 - least / variance);
  std::vector<std::size_t> rows(values.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const AdditiveModel model(levels, values, rows, penalty);
  for (std::size_t gene = 0; gene < levels.genes; ++gene) {
    std::vector<double> effects;
    for (const std::size_t row : rows) effects.push_back(model.effect(row, gene));
    result.shares[gene] = own_variance(effects) / variance;
  }
  return result;
}

}  // namespace evonas::report
