#include "search/pareto.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace evonas::search {
namespace {

/// One individual with up to two objectives, side by side in memory for sorting.
struct SweepRow {
  double first = 0.0;
  double second = 0.0;
  std::size_t position = 0;

  bool same_values(const SweepRow& other) const {
    return first == other.first && second == other.second;
  }
};

/// Fronts of feasible rows. In lexicographic order a front dominates a row exactly if its lowest
/// second objective so far is no higher, and these lowest values rise from front to front.
std::uint32_t rank_by_sweep(std::vector<SweepRow>& rows, std::vector<std::uint32_t>& ranks) {
  std::sort(rows.begin(), rows.end(), [](const SweepRow& a, const SweepRow& b) {
    return std::tie(a.first, a.second, a.position) < std::tie(b.first, b.second, b.position);
  });
  std::vector<double> lowest;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const SweepRow& row = rows[i];
    if (i > 0 && row.same_values(rows[i - 1])) {
      ranks[row.position] = ranks[rows[i - 1].position];
      continue;
    }
    const auto front = std::upper_bound(lowest.begin(), lowest.end(), row.second);
    ranks[row.position] = static_cast<std::uint32_t>(front - lowest.begin());
    if (front == lowest.end()) {
      lowest.push_back(row.second);
    } else {
      *front = row.second;
    }
  }
  return static_cast<std::uint32_t>(lowest.size());
}

/// Fronts of feasible individuals with any number of objectives: the efficient non-dominated sort
/// of Zhang et al. (2015), where only earlier ones in lexicographic order can dominate.
std::uint32_t rank_by_comparison(std::span<const Individual> individuals,
                                 std::vector<std::size_t>& positions,
                                 std::vector<std::uint32_t>& ranks) {
  std::sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(individuals[a].objectives, a) < std::tie(individuals[b].objectives, b);
  });
  std::vector<std::vector<std::size_t>> fronts;
  for (const std::size_t position : positions) {
    const auto is_dominated_by = [&](const std::vector<std::size_t>& front) {
      return std::any_of(front.rbegin(), front.rend(), [&](std::size_t member) {
        return dominates(individuals[member], individuals[position]);
      });
    };
    const auto front = std::find_if_not(fronts.begin(), fronts.end(), is_dominated_by);
    ranks[position] = static_cast<std::uint32_t>(front - fronts.begin());
    if (front == fronts.end()) {
      fronts.push_back({position});
    } else {
      front->push_back(position);
    }
  }
  return static_cast<std::uint32_t>(fronts.size());
}

/// Every distinct violation is a rank of its own, after those of the feasible.
void rank_by_violation(std::span<const Individual> individuals, std::vector<std::size_t>& positions,
                       std::uint32_t first_rank, std::vector<std::uint32_t>& ranks) {
  std::sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(individuals[a].violation, a) < std::tie(individuals[b].violation, b);
  });
  std::uint32_t rank = first_rank;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (i > 0 && individuals[positions[i]].violation != individuals[positions[i - 1]].violation) {
      ++rank;
    }
    ranks[positions[i]] = rank;
  }
}

std::vector<std::size_t> feasible_positions(std::span<const Individual> individuals) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < individuals.size(); ++i) {
    if (individuals[i].feasible()) positions.push_back(i);
  }
  return positions;
}

/// An individual with one of its objectives.
struct Projection {
  double value = 0.0;
  std::size_t position = 0;
};

void add_crowding(std::span<Projection> front, std::vector<double>& distances) {
  std::sort(front.begin(), front.end(), [](const Projection& a, const Projection& b) {
    return std::tie(a.value, a.position) < std::tie(b.value, b.position);
  });
  distances[front.front().position] = kInfinity;
  distances[front.back().position] = kInfinity;
  const double range = front.back().value - front.front().value;
  if (!(range > 0.0)) return;
  for (std::size_t i = 1; i + 1 < front.size(); ++i) {
    distances[front[i].position] += (front[i + 1].value - front[i - 1].value) / range;
  }
}

}  // namespace

std::vector<std::uint32_t> non_dominated_ranks(std::span<const Individual> individuals) {
  std::vector<std::uint32_t> ranks(individuals.size());
  std::vector<std::size_t> feasible = feasible_positions(individuals);
  std::uint32_t fronts = 0;
  if (!feasible.empty()) {
    const std::size_t dimensions = individuals[feasible.front()].objectives.size();
    if (dimensions <= 2) {
      std::vector<SweepRow> rows;
      rows.reserve(feasible.size());
      for (const std::size_t i : feasible) {
        const std::vector<double>& values = individuals[i].objectives;
        rows.push_back({values[0], dimensions == 2 ? values[1] : 0.0, i});
      }
      fronts = rank_by_sweep(rows, ranks);
    } else {
      fronts = rank_by_comparison(individuals, feasible, ranks);
    }
  }
  if (feasible.size() < individuals.size()) {
    std::vector<std::size_t> infeasible;
    for (std::size_t i = 0; i < individuals.size(); ++i) {
      if (!individuals[i].feasible()) infeasible.push_back(i);
    }
    rank_by_violation(individuals, infeasible, fronts, ranks);
  }
  return ranks;
}

std::vector<double> crowding_distances(std::span<const Individual> individuals,
                                       std::span<const std::uint32_t> ranks,
                                       std::uint32_t last_rank) {
  std::vector<double> distances(individuals.size(), 0.0);
  std::vector<std::size_t> order;
  order.reserve(individuals.size());
  for (std::size_t i = 0; i < individuals.size(); ++i) {
    if (ranks[i] <= last_rank && !individuals[i].failed()) order.push_back(i);
  }
  if (order.empty()) return distances;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(ranks[a], a) < std::tie(ranks[b], b);
  });
  const std::size_t dimensions = individuals[order.front()].objectives.size();
  std::vector<Projection> front;
  front.reserve(order.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && ranks[order[end]] == ranks[order[begin]]) ++end;
    for (std::size_t objective = 0; objective < dimensions; ++objective) {
      front.clear();
      for (std::size_t i = begin; i < end; ++i) {
        front.push_back({individuals[order[i]].objectives[objective], order[i]});
      }
      add_crowding(front, distances);
    }
    begin = end;
  }
  return distances;
}

std::vector<std::size_t> pareto_front(std::span<const Individual> individuals) {
  // Most comparisons end at the first objective, so it stands beside the position.
  std::vector<Projection> candidates;
  for (const std::size_t i : feasible_positions(individuals)) {
    candidates.push_back({individuals[i].objectives.front(), i});
  }
  std::sort(candidates.begin(), candidates.end(), [&](const Projection& a, const Projection& b) {
    if (a.value != b.value) return a.value < b.value;
    const Individual& first = individuals[a.position];
    const Individual& second = individuals[b.position];
    return std::tie(first.objectives, first.index, a.position) <
           std::tie(second.objectives, second.index, b.position);
  });
  std::vector<std::size_t> front;
  for (const Projection& row : candidates) {
    const std::size_t candidate = row.position;
    const auto covers = [&](std::size_t member) {
      const std::vector<double>& a = individuals[member].objectives;
      const std::vector<double>& b = individuals[candidate].objectives;
      return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return x <= y; });
    };
    // Up to two objectives the newest member is the lowest in the second one, so it alone decides.
    const bool newest_decides = individuals[candidate].objectives.size() <= 2;
    const bool covered = newest_decides ? !front.empty() && covers(front.back())
                                        : std::any_of(front.rbegin(), front.rend(), covers);
    if (!covered) front.push_back(candidate);
  }
  return front;
}

}  // namespace evonas::search
