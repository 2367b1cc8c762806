#include "search/run_record.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "search/pareto.hpp"
#include "search/progress.hpp"

namespace evonas::search {
namespace {

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
  const std::vector<double> reference = reference_point(summary.evaluations, individuals);
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
