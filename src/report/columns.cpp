#include "report/columns.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace evonas::report {

std::vector<std::string> metric_columns(const Run& run) {
  std::vector<std::string> columns;
  const auto add = [&](const std::string& name) {
    if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  };
  for (const search::Objective& objective : run.problem.objectives) add(objective.metric);
  for (const search::Limit& limit : run.problem.limits) add(limit.metric);
  std::set<std::string> others;
  for (const search::EvaluationRecord& record : run.summary.evaluations) {
    for (const auto& [name, measurement] : record.metrics) others.insert(name);
  }
  for (const std::string& name : others) add(name);
  return columns;
}

std::string unit_of(const Run& run, const std::string& metric) {
  const auto found = run.metrics.find(metric);
  return found == run.metrics.end() ? std::string() : found->second.unit;
}

std::optional<double> distance_from_optimum(const Run& run) {
  if (!run.optimum || !run.summary.best) return std::nullopt;
  const search::EvaluationRecord& best = run.summary.evaluations.at(*run.summary.best);
  const auto found = best.metrics.find(run.problem.objectives.front().metric);
  if (found == best.metrics.end()) return std::nullopt;
  return std::abs(found->second.value - run.optimum->value);
}

std::string to_string(search::Goal goal) {
  return goal == search::Goal::Minimize ? "minimize" : "maximize";
}

std::string status(search::Termination termination) {
  switch (termination) {
    case search::Termination::Running:
      return "running";
    case search::Termination::Budget:
    case search::Termination::SpaceExhausted:
      return "complete";
    case search::Termination::Interrupted:
      return "interrupted";
    case search::Termination::TooManyFailures:
      return "failed";
  }
  throw ReportError("a run ended in a way that has no name");
}

}  // namespace evonas::report
