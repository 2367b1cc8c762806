#include "search/guided/batch_choice.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

/// With one objective, the best candidates, among which a batch is chosen one by one.
constexpr std::size_t kListed = 500;
/// With several objectives, candidates whose hypervolume is computed.
constexpr std::size_t kOutlooks = 300;

/// Violation, merit and position of a candidate: the lowest is the best.
using MeritRank = std::tuple<double, double, std::size_t>;

MeritRank rank_by_merit(const GuidedCandidate& candidate, std::size_t position) {
  return {candidate.individual.violation, candidate.individual.objectives.front(), position};
}

std::vector<spaces::Genotype> genotypes_of(std::span<const MeritRank> ranks,
                                           std::span<const GuidedCandidate> candidates) {
  std::vector<spaces::Genotype> genotypes;
  for (const MeritRank& rank : ranks) {
    genotypes.push_back(candidates[std::get<std::size_t>(rank)].individual.genotype);
  }
  return genotypes;
}

/// Ranks the open candidates anew, as if the chosen ones had been evaluated.
void rank_after(std::span<const MeritRank> chosen, std::span<const GuidedCandidate> candidates,
                const Reassess& reassess, std::span<MeritRank> open) {
  const std::vector<GuidedCandidate> again =
      reassess(genotypes_of(chosen, candidates), genotypes_of(open, candidates));
  for (std::size_t i = 0; i < open.size(); ++i) {
    open[i] = rank_by_merit(again[i], std::get<std::size_t>(open[i]));
  }
}

/// Positions of those that have not failed, by non-dominated rank and crowding.
std::vector<std::size_t> order_by_dominance(std::span<const GuidedCandidate> candidates) {
  std::vector<Individual> individuals;
  for (const GuidedCandidate& candidate : candidates) individuals.push_back(candidate.individual);
  const std::vector<std::uint32_t> ranks = non_dominated_ranks(individuals);
  const std::vector<double> crowding = crowding_distances(individuals, ranks);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < individuals.size(); ++i) {
    if (!individuals[i].failed()) order.push_back(i);
  }
  std::ranges::sort(order, {},
                    [&](std::size_t i) { return std::tuple(ranks[i], -crowding[i], i); });
  return order;
}

/// The number of the candidate that adds most; `listed` says which are considered. None where
/// nothing is added.
std::optional<std::size_t> that_adds_most(std::span<const GuidedCandidate> candidates,
                                          std::span<const std::size_t> listed,
                                          const FrontTerms& terms, const BatchSpacing& spacing,
                                          std::size_t pick) {
  std::optional<std::size_t> best;
  double most = 0.0;
  for (const std::size_t i : listed) {
    if (!spacing.is_open(i)) continue;
    const GuidedCandidate& candidate = candidates[i];
    const double gain = std::exp(candidate.log_feasible) *
                        (terms.drawn ? terms.gain->of_point(terms.drawn(candidate, pick))
                                     : terms.gain->of(candidate.outlook));
    if (gain > most) {
      most = gain;
      best = i;
    }
  }
  return best;
}

}  // namespace

std::vector<std::size_t> choose_one_by_one(std::span<const GuidedCandidate> candidates,
                                           std::size_t count, const Reassess& reassess,
                                           std::size_t at_a_time) {
  std::vector<MeritRank> ranks;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].individual.failed()) ranks.push_back(rank_by_merit(candidates[i], i));
  }
  const std::size_t listed = std::min(ranks.size(), std::max(count, kListed));
  std::ranges::partial_sort(ranks, ranks.begin() + static_cast<std::ptrdiff_t>(listed));
  std::vector<std::size_t> chosen;
  std::span<MeritRank> open = std::span(ranks).first(reassess ? std::min(listed, kListed) : 0);
  while (chosen.size() < count && !open.empty()) {
    const std::size_t taken = std::min({at_a_time, count - chosen.size(), open.size()});
    for (std::size_t i = 0; i < taken; ++i) {
      const std::span<MeritRank> rest = open.subspan(i);
      std::ranges::iter_swap(std::ranges::min_element(rest), rest.begin());
      chosen.push_back(std::get<std::size_t>(rest.front()));
    }
    const std::span<const MeritRank> now = open.first(taken);
    open = open.subspan(taken);
    if (chosen.size() < count) rank_after(now, candidates, reassess, open);
  }
  for (std::size_t i = chosen.size(); i < std::min(count, listed); ++i) {
    chosen.push_back(std::get<std::size_t>(ranks[i]));
  }
  return chosen;
}

std::vector<std::size_t> choose_apart(std::span<const GuidedCandidate> candidates,
                                      std::size_t count, const ValueAtPick& value,
                                      BatchSpacing spacing) {
  std::vector<std::size_t> chosen;
  while (chosen.size() < count && spacing.any_open()) {
    std::optional<MeritRank> best;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!spacing.is_open(i)) continue;
      const MeritRank rank{candidates[i].individual.violation, value(candidates[i], chosen.size()),
                           i};
      if (!best || rank < *best) best = rank;
    }
    chosen.push_back(std::get<std::size_t>(*best));
    spacing.take(chosen.back());
  }
  return chosen;
}

std::vector<std::size_t> choose_for_front(std::span<const GuidedCandidate> candidates,
                                          FrontTerms terms, BatchSpacing spacing,
                                          std::size_t count) {
  const std::vector<std::size_t> order = order_by_dominance(candidates);
  std::vector<std::size_t> listed;
  for (const std::size_t i : order) {
    if (listed.size() == kOutlooks) break;
    if (candidates[i].individual.feasible()) listed.push_back(i);
  }
  std::vector<std::size_t> chosen;
  bool adds = terms.gain.has_value();
  while (chosen.size() < count && spacing.any_open()) {
    std::optional<std::size_t> next;
    if (adds) next = that_adds_most(candidates, listed, terms, spacing, chosen.size());
    if (next) {
      terms.gain->add(candidates[*next].outlook);
    } else {
      // What adds nothing comes by rank. Other draws may add something, and others that are open.
      adds = adds && (terms.drawn || spacing.keeps_apart());
      next = *std::ranges::find_if(order, [&](std::size_t i) { return spacing.is_open(i); });
    }
    chosen.push_back(*next);
    spacing.take(*next);
  }
  return chosen;
}

std::optional<FrontGain> gain_beyond(std::span<const Individual> evaluated,
                                     std::span<const GuidedCandidate> pending,
                                     const GuidanceOptions& options, Rng rng) {
  std::vector<std::vector<double>> points;
  for (const Individual& individual : evaluated) {
    if (individual.feasible()) points.push_back(individual.objectives);
  }
  if (points.empty()) return std::nullopt;
  FrontGain gain(std::move(points), options, rng);
  for (const GuidedCandidate& candidate : pending) {
    if (candidate.individual.feasible()) gain.add(candidate.outlook);
  }
  return gain;
}

}  // namespace evonas::search
