#include "report/operators.hpp"

#include <map>
#include <set>

#include "report/curves.hpp"

namespace evonas::report {

std::vector<OperatorTally> operator_tallies(const Run& run) {
  const std::set<std::size_t> front(run.summary.front.begin(), run.summary.front.end());
  const std::vector<std::size_t> completed = search::order_of_completion(run.summary.evaluations);
  std::set<std::size_t> improvements;
  for (const CurvePoint& point : best_so_far(run)) {
    improvements.insert(completed[point.evaluations - 1]);
  }
  std::map<search::Operator, OperatorTally> tallies;
  for (std::size_t i = 0; i < run.summary.evaluations.size(); ++i) {
    const search::EvaluationRecord& record = run.summary.evaluations[i];
    if (!record.origin) continue;
    OperatorTally& tally = tallies[record.origin->how];
    tally.how = record.origin->how;
    ++tally.evaluated;
    if (record.ok() && run.problem.violation(record.metrics) <= 0.0) ++tally.feasible;
    tally.on_front += front.count(i);
    tally.improved += improvements.count(i);
  }
  std::vector<OperatorTally> result;
  for (const auto& [how, tally] : tallies) result.push_back(tally);
  return result;
}

}  // namespace evonas::report
