#include "search/guided/batch_choice.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

/// With one objective, the best candidates, among which a batch is chosen one by one.
constexpr std::size_t kListed = 500;
/// With several objectives, candidates whose hypervolume is computed.
constexpr std::size_t kOutlooks = 300;
constexpr std::size_t kDraws = 32;

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

/// The objectives of the feasible ones.
std::vector<std::vector<double>> feasible_points(std::span<const Individual> evaluated) {
  std::vector<std::vector<double>> points;
  for (const Individual& individual : evaluated) {
    if (individual.feasible()) points.push_back(individual.objectives);
  }
  return points;
}

std::vector<double> worst_of(std::span<const std::vector<double>> points) {
  std::vector<double> worst = points.front();
  for (const std::vector<double>& point : points) {
    for (std::size_t j = 0; j < worst.size(); ++j) worst[j] = std::max(worst[j], point[j]);
  }
  return worst;
}

/// Standard normal numbers of the acquisition, a list a draw, one number an objective; none where
/// it needs none.
std::vector<std::vector<double>> draws_for(const GuidanceOptions& options, std::size_t objectives,
                                           Rng& rng) {
  std::vector<std::vector<double>> draws;
  if (options.acquisition == "expected_improvement") draws.resize(kDraws);
  if (options.acquisition == "thompson") draws.resize(1);
  for (std::vector<double>& draw : draws) {
    for (std::size_t j = 0; j < objectives; ++j) draw.push_back(rng.normal());
  }
  return draws;
}

/// Positions of those that add most to the hypervolume; `order` says which are considered.
std::vector<std::size_t> that_add_most(std::span<const GuidedCandidate> candidates,
                                       std::span<const std::size_t> order,
                                       std::vector<std::vector<double>> front,
                                       std::span<const GuidedCandidate> pending,
                                       const GuidanceOptions& options, Rng& rng,
                                       std::size_t count) {
  if (front.empty()) return {};
  std::vector<std::size_t> positions;
  std::vector<Outlook> outlooks;
  for (const std::size_t i : order) {
    if (outlooks.size() == kOutlooks) break;
    if (!candidates[i].individual.feasible()) continue;
    positions.push_back(i);
    outlooks.push_back(candidates[i].outlook);
  }
  const std::vector<double> reference = worst_of(front);
  const auto draws = draws_for(options, reference.size(), rng);
  const double deviations = options.acquisition == "upper_bound" ? options.deviations : 0.0;
  // As choose_by_hypervolume() counts those that it has chosen.
  for (const GuidedCandidate& candidate : pending) {
    if (!candidate.individual.feasible()) continue;
    std::vector<double>& point = front.emplace_back();
    for (const auto [mean, deviation] : candidate.outlook) {
      point.push_back(mean - deviations * deviation);
    }
  }
  std::vector<std::size_t> chosen;
  for (const std::size_t i :
       choose_by_hypervolume(outlooks, std::move(front), reference, deviations, draws, count)) {
    chosen.push_back(positions[i]);
  }
  return chosen;
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

std::vector<std::size_t> choose_for_front(std::span<const GuidedCandidate> candidates,
                                          std::span<const Individual> evaluated,
                                          std::span<const GuidedCandidate> pending,
                                          const GuidanceOptions& options, Rng rng,
                                          std::size_t count) {
  const std::vector<std::size_t> order = order_by_dominance(candidates);
  std::vector<std::size_t> chosen =
      that_add_most(candidates, order, feasible_points(evaluated), pending, options, rng, count);
  // What adds nothing comes by rank.
  for (const std::size_t i : order) {
    if (chosen.size() >= count) break;
    if (std::ranges::find(chosen, i) == chosen.end()) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace evonas::search
