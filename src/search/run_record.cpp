#include "search/run_record.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "search/pareto.hpp"
#include "search/progress.hpp"

namespace evonas::search {
namespace {

/// The generation that an evaluation counts in.
std::uint64_t generation_of(const EvaluationRecord& record,
                            std::span<const GenerationRecord> generations) {
  if (!record.place) return record.generation;
  const auto ends_behind =
      std::ranges::upper_bound(generations, *record.place, {}, &GenerationRecord::evaluations);
  return static_cast<std::uint64_t>(ends_behind - generations.begin());
}

/// Worst value of each objective in the first generation in which an evaluation succeeded; empty
/// where none did. `individuals` are those of the evaluations.
std::vector<double> reference_point(const SearchSummary& summary,
                                    std::span<const Individual> individuals) {
  std::optional<std::uint64_t> first;
  std::vector<Individual> successes;
  for (std::size_t i = 0; i < individuals.size(); ++i) {
    if (individuals[i].failed()) continue;
    const std::uint64_t generation = generation_of(summary.evaluations[i], summary.generations);
    if (first && generation > *first) continue;
    if (!first || generation < *first) successes.clear();
    first = generation;
    successes.push_back(individuals[i]);
  }
  return worst_objectives(successes);
}

constexpr std::array<std::pair<Termination, const char*>, 5> kTerminations{{
    {Termination::Running, "running"},
    {Termination::Budget, "budget"},
    {Termination::SpaceExhausted, "space_exhausted"},
    {Termination::Interrupted, "interrupted"},
    {Termination::TooManyFailures, "too_many_failures"},
}};

}  // namespace

std::string to_string(Termination termination) {
  for (const auto& [value, name] : kTerminations) {
    if (value == termination) return name;
  }
  throw SearchError(fmt::format("no termination has the number {}", static_cast<int>(termination)));
}

Termination parse_termination(std::string_view text) {
  for (const auto& [value, name] : kTerminations) {
    if (text == name) return value;
  }
  throw SearchError(fmt::format(
      "'{}' is no termination; expected running, budget, space_exhausted, interrupted or "
      "too_many_failures",
      text));
}

std::vector<Individual> to_individuals(std::span<const EvaluationRecord> records,
                                       const Problem& problem,
                                       std::span<const ScreeningOptions> screening) {
  std::vector<Individual> individuals;
  individuals.reserve(records.size());
  for (const EvaluationRecord& record : records) {
    Individual individual{.genotype = record.genotype,
                          .key = record.key,
                          .violation = kInfinity,
                          .index = record.index};
    if (record.ok() && record.rung == 0) {
      individual.objectives = problem.minimised(record.metrics);
      individual.limited = problem.limited(record.metrics);
      individual.violation = problem.violation(record.metrics);
    } else if (record.ok() && record.rung <= screening.size()) {
      const auto found = record.metrics.find(screening[record.rung - 1].metric);
      if (found != record.metrics.end()) individual.screened = found->second.value;
    }
    individuals.push_back(std::move(individual));
  }
  return individuals;
}

void sort_into(SearchSummary& summary, std::vector<EvaluationRecord> records) {
  for (EvaluationRecord& record : records) {
    (record.rung == 0 ? summary.evaluations : summary.screenings).push_back(std::move(record));
  }
}

std::vector<std::size_t> feasible_by_first_objective(std::span<const EvaluationRecord> records,
                                                     const Problem& problem) {
  const std::vector<Individual> individuals = to_individuals(records, problem);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < individuals.size(); ++i) {
    if (individuals[i].feasible() && !individuals[i].failed()) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return individuals[i].objectives[0]; });
  return order;
}

std::vector<std::size_t> order_of_completion(std::span<const EvaluationRecord> records) {
  std::vector<std::size_t> order(records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return records[i].place.value_or(0); });
  return order;
}

void summarise(const Problem& problem, SearchSummary& summary) {
  const std::vector<Individual> individuals = to_individuals(summary.evaluations, problem);
  summary.failures = 0;
  summary.best.reset();
  const Individual* best = nullptr;
  for (std::size_t i = 0; i < individuals.size(); ++i) {
    const Individual& individual = individuals[i];
    if (individual.failed()) ++summary.failures;
    if (!individual.feasible() || individual.failed()) continue;
    if (best == nullptr || individual.objectives.front() < best->objectives.front()) {
      best = &individual;
      summary.best = i;
    }
  }
  summary.front = pareto_front(individuals);
  summary.reference_point.clear();
  summary.hypervolume = 0.0;
  const std::vector<double> reference = reference_point(summary, individuals);
  if (reference.empty()) return;
  std::vector<std::vector<double>> points;
  points.reserve(summary.front.size());
  for (const std::size_t i : summary.front) points.push_back(individuals[i].objectives);
  summary.hypervolume = hypervolume(points, reference);
  for (std::size_t i = 0; i < reference.size(); ++i) {
    summary.reference_point.push_back(turned(reference[i], problem.objectives[i].goal));
  }
}

}  // namespace evonas::search
