#include "search/guided/initial_design.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "base/random.hpp"
#include "base/selected.hpp"

namespace evonas::search {
namespace {

/// Random architectures from which each of the first ones is chosen.
constexpr std::size_t kFirstChoice = 20;

/// Random architectures with what is known of them.
struct Pool {
  std::vector<spaces::Genotype> genotypes;
  std::vector<double> violations;  ///< of the limits that are known
  /// By metric that the design may be spread over, at least one: values, infinite where missing.
  std::vector<std::vector<double>> spread;
};

/// The violation of the limits whose metrics are among `names`; `values` has one for each name.
double known_violation(std::span<const Limit> limits, std::span<const std::string> names,
                       std::span<const evaluation::Measurement> values) {
  double sum = 0.0;
  for (const Limit& limit : limits) {
    const auto found = std::ranges::find(names, limit.metric);
    if (found == names.end()) continue;
    const evaluation::Measurement& known = values[static_cast<std::size_t>(found - names.begin())];
    sum += std::isnan(known.value) ? kInfinity : limit.violation(known);
  }
  return sum;
}

Pool draw_pool(const AlgorithmOptions& options, const Novelty& novelty,
               std::span<const Limit> limits, KnownMetrics& known, KnownMetrics& size) {
  AlgorithmOptions own = options;
  own.seed = derive_seed(options.seed, "initial design", 0);
  Novelty drawn(own, novelty.space());
  const std::size_t wanted = kFirstChoice * static_cast<std::size_t>(options.guidance.initial);
  Pool pool;
  std::vector<Key> identities;
  while (pool.genotypes.size() < wanted) {
    std::optional<spaces::Genotype> genotype = drawn.sample();
    if (!genotype) break;
    identities.push_back(novelty.identity(*genotype));
    pool.genotypes.push_back(std::move(*genotype));
  }
  const std::vector<evaluation::Measurement> values = known.values(pool.genotypes, identities);
  const std::size_t width = known.names().size();
  const std::vector<evaluation::Measurement> spread =
      width > 0 ? values : size.values(pool.genotypes, identities);
  const std::size_t spread_width = width > 0 ? width : size.names().size();
  pool.spread.resize(spread_width);
  for (std::size_t i = 0; i < pool.genotypes.size(); ++i) {
    const auto of_one = std::span(values).subspan(i * width, width);
    pool.violations.push_back(known_violation(limits, known.names(), of_one));
    for (std::size_t metric = 0; metric < spread_width; ++metric) {
      const double value = spread[i * spread_width + metric].value;
      pool.spread[metric].push_back(std::isnan(value) ? kInfinity : value);
    }
  }
  return pool;
}

/// Positions of the architectures within the limits, but of at least `fewest`, by the first metric
/// that the design is spread over.
std::vector<std::size_t> eligible_by_spread(const Pool& pool, std::size_t fewest) {
  std::vector<std::tuple<double, std::size_t>> by_violation;
  for (std::size_t i = 0; i < pool.genotypes.size(); ++i) {
    by_violation.emplace_back(pool.violations[i], i);
  }
  std::ranges::sort(by_violation);
  std::size_t feasible = 0;
  while (feasible < by_violation.size() && std::get<0>(by_violation[feasible]) == 0.0) ++feasible;
  by_violation.resize(std::max(std::min(fewest, by_violation.size()), feasible));
  std::vector<std::size_t> positions;
  for (const auto& [violation, i] : by_violation) positions.push_back(i);
  std::ranges::sort(positions, {},
                    [&](std::size_t i) { return std::tuple(pool.spread.front()[i], i); });
  return positions;
}

/// Of `eligible` one from each of `count` strata of their order.
std::vector<std::size_t> one_a_stratum(std::span<const std::size_t> eligible, std::size_t count,
                                       Rng& rng) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t begin = i * eligible.size() / count;
    const std::size_t end = (i + 1) * eligible.size() / count;
    chosen.push_back(eligible[begin + rng.below(end - begin)]);
  }
  return chosen;
}

/// Ranks of numbers among each other, from 0 to 1; those of equal ones are their mean.
std::vector<double> shares_below(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  std::vector<double> shares;
  const auto most = static_cast<double>(std::max<std::size_t>(1, 2 * (sorted.size() - 1)));
  for (const double value : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    const auto sum = (first - sorted.begin()) + (last - sorted.begin()) - 1;
    shares.push_back(static_cast<double>(sum) / most);
  }
  return shares;
}

/// Of `eligible` a random one, then one after the other that which is furthest, by its ranks in all
/// metrics, from the nearest that is chosen (Gonzalez, "Clustering to minimize the maximum
/// intercluster distance", 1985).
std::vector<std::size_t> furthest_first(const Pool& pool, std::span<const std::size_t> eligible,
                                        std::size_t count, Rng& rng) {
  std::vector<std::vector<double>> ranks;
  for (const std::vector<double>& values : pool.spread) {
    ranks.push_back(shares_below(selected(values, eligible)));
  }
  std::vector<double> nearest(eligible.size(), kInfinity);
  std::vector<std::size_t> chosen;
  std::size_t next = count > 0 ? rng.below(eligible.size()) : 0;
  while (chosen.size() < count) {
    chosen.push_back(eligible[next]);
    for (std::size_t i = 0; i < eligible.size(); ++i) {
      double distance = 0.0;
      for (const std::vector<double>& of : ranks) distance += std::pow(of[i] - of[next], 2);
      nearest[i] = std::min(nearest[i], distance);
    }
    nearest[next] = -1.0;  // never again, also where others have the same ranks
    next = static_cast<std::size_t>(std::ranges::max_element(nearest) - nearest.begin());
  }
  return chosen;
}

}  // namespace

std::vector<spaces::Genotype> initial_design(const AlgorithmOptions& options,
                                             const Novelty& novelty, std::span<const Limit> limits,
                                             KnownMetrics& known, KnownMetrics& size) {
  if (known.names().empty() && size.names().empty()) return {};
  const Pool pool = draw_pool(options, novelty, limits, known, size);
  const auto initial = static_cast<std::size_t>(options.guidance.initial);
  const std::vector<std::size_t> eligible = eligible_by_spread(pool, initial);
  Rng rng(options.seed, "strata");
  const std::size_t count = std::min(initial, eligible.size());
  const bool over_all = options.guidance.initial_spread == "all" && pool.spread.size() > 1;
  std::vector<spaces::Genotype> design;
  for (const std::size_t i : over_all ? furthest_first(pool, eligible, count, rng)
                                      : one_a_stratum(eligible, count, rng)) {
    design.push_back(pool.genotypes[i]);
  }
  rng.shuffle(std::span(design));
  return design;
}

}  // namespace evonas::search
