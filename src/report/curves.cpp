#include "report/curves.hpp"

#include <algorithm>
#include <optional>

#include "search/pareto.hpp"

namespace evonas::report {
namespace {

/// The evaluations in the order in which the search learnt of them.
std::vector<search::Individual> individuals_in_order(const Run& run) {
  const std::vector<search::Individual> all =
      search::to_individuals(run.summary.evaluations, run.problem);
  std::vector<search::Individual> ordered;
  for (const std::size_t i : search::order_of_completion(run.summary.evaluations)) {
    ordered.push_back(all[i]);
  }
  return ordered;
}

}  // namespace

Curve best_so_far(const Run& run) {
  Curve curve;
  std::optional<double> best;
  std::size_t count = 0;
  const search::Goal goal = run.problem.objectives.front().goal;
  for (const search::Individual& individual : individuals_in_order(run)) {
    ++count;
    if (individual.failed() || !individual.feasible()) continue;
    const double value = individual.objectives.front();
    if (best && value >= *best) continue;
    best = value;
    curve.push_back({count, search::turned(value, goal)});
  }
  return curve;
}

Curve recorded_hypervolume(const Run& run) {
  Curve curve;
  for (const search::GenerationRecord& record : run.summary.generations) {
    if (record.evaluations == 0) continue;  // it has only screened so far
    if (!curve.empty() && curve.back().value == record.hypervolume) continue;
    curve.push_back({static_cast<std::size_t>(record.evaluations), record.hypervolume});
  }
  return curve;
}

Curve hypervolume_from(const Run& run, const std::vector<double>& reference) {
  std::vector<double> corner;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    corner.push_back(search::turned(reference[i], run.problem.objectives.at(i).goal));
  }
  Curve curve;
  std::vector<search::Individual> front;
  std::size_t count = 0;
  for (const search::Individual& individual : individuals_in_order(run)) {
    ++count;
    if (individual.failed() || !individual.feasible()) continue;
    const auto beats = [&](const search::Individual& member) {
      return search::dominates(member, individual);
    };
    if (std::any_of(front.begin(), front.end(), beats)) continue;
    std::vector<search::Individual> candidates = front;
    candidates.push_back(individual);
    const std::vector<std::size_t> kept = search::pareto_front(candidates);
    front.clear();
    std::vector<std::vector<double>> points;
    for (const std::size_t position : kept) {
      front.push_back(candidates[position]);
      points.push_back(candidates[position].objectives);
    }
    const double value = search::hypervolume(points, corner);
    if (!curve.empty() && curve.back().value == value) continue;
    curve.push_back({count, value});
  }
  return curve;
}

std::vector<double> common_reference(std::span<const Run> runs) {
  std::vector<double> worst;
  for (const Run& run : runs) {
    const std::vector<double>& own = run.summary.reference_point;
    if (worst.empty()) worst = own;
    for (std::size_t i = 0; i < own.size(); ++i) {
      const search::Goal goal = run.problem.objectives.at(i).goal;
      if (search::turned(own[i], goal) > search::turned(worst[i], goal)) worst[i] = own[i];
    }
  }
  return worst;
}

}  // namespace evonas::report
