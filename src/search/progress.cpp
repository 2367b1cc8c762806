#include "search/progress.hpp"

#include <algorithm>

#include "search/pareto.hpp"

namespace evonas::search {

std::vector<double> worst_objectives(std::span<const Individual> individuals) {
  std::vector<double> worst;
  for (const Individual& individual : individuals) {
    if (individual.failed()) continue;
    if (worst.empty()) worst = individual.objectives;
    for (std::size_t j = 0; j < worst.size(); ++j) {
      worst[j] = std::max(worst[j], individual.objectives[j]);
    }
  }
  return worst;
}

GenerationRecord Progress::add(std::uint64_t generation, std::span<const EvaluationRecord> records,
                               std::span<const Individual> individuals) {
  if (reference_.empty()) reference_ = worst_objectives(individuals);
  state_.generation = generation;
  state_.best.resize(problem_.objectives.size());
  for (std::size_t at = 0; at < individuals.size(); ++at) {
    const Individual& individual = individuals[at];
    if (records[at].rung > 0) continue;
    ++state_.evaluations;
    if (individual.failed()) {
      ++state_.failures;
      continue;
    }
    if (!individual.feasible()) continue;
    ++state_.feasible;
    for (std::size_t i = 0; i < state_.best.size(); ++i) {
      const Goal goal = problem_.objectives[i].goal;
      const double value = turned(individual.objectives[i], goal);
      std::optional<double>& best = state_.best[i];
      const bool better = !best || (goal == Goal::Maximize ? value > *best : value < *best);
      if (better) best = value;
    }
    front_.push_back(individual);
  }
  std::vector<Individual> front;
  std::vector<std::vector<double>> points;
  for (const std::size_t i : pareto_front(front_)) {
    front.push_back(front_[i]);
    points.push_back(front_[i].objectives);
  }
  front_ = std::move(front);
  // Ties go to the earliest, so the order within the kept front must be that of the run.
  std::ranges::sort(front_, {}, &Individual::index);
  state_.front_size = front_.size();
  state_.hypervolume = reference_.empty() ? 0.0 : hypervolume(points, reference_);
  return state_;
}

}  // namespace evonas::search
