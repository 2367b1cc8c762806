#include "search/guided/initial_design.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "base/random.hpp"

namespace evonas::search {
namespace {

/// Random architectures from which each of the first ones is chosen.
constexpr std::size_t kFirstChoice = 20;

/// Random architectures with what is known of them.
struct Pool {
  std::vector<spaces::Genotype> genotypes;
  std::vector<double> violations;  ///< of the limits that are known
  std::vector<double> spread;      ///< values of the metric that the design is spread over
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
  for (std::size_t i = 0; i < pool.genotypes.size(); ++i) {
    const auto of_one = std::span(values).subspan(i * width, width);
    pool.violations.push_back(known_violation(limits, known.names(), of_one));
    const double value = spread[i * spread_width].value;
    pool.spread.push_back(std::isnan(value) ? kInfinity : value);
  }
  return pool;
}

/// Positions of the architectures within the limits, but of at least `fewest`, by the metric that
/// the design is spread over.
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
  std::ranges::sort(positions, {}, [&](std::size_t i) { return std::tuple(pool.spread[i], i); });
  return positions;
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
  std::vector<spaces::Genotype> design;
  const std::size_t strata = std::min(initial, eligible.size());
  for (std::size_t i = 0; i < strata; ++i) {
    const std::size_t begin = i * eligible.size() / strata;
    const std::size_t end = (i + 1) * eligible.size() / strata;
    design.push_back(pool.genotypes[eligible[begin + rng.below(end - begin)]]);
  }
  rng.shuffle(std::span(design));
  return design;
}

}  // namespace evonas::search
