#include "report/screenings.hpp"

#include <set>

namespace evonas::report {

std::optional<ScreeningTally> screening_tally(const Run& run) {
  const search::SearchSummary& summary = run.summary;
  if (summary.screenings.empty()) return std::nullopt;
  std::set<spaces::Genotype> evaluated;
  double seconds = 0.0;
  for (const search::EvaluationRecord& record : summary.evaluations) {
    evaluated.insert(record.genotype);
    seconds += record.seconds;
  }
  ScreeningTally tally{.screenings = summary.screenings.size()};
  std::set<spaces::Genotype> screened;
  for (const search::EvaluationRecord& record : summary.screenings) {
    tally.seconds += record.seconds;
    tally.failures += record.ok() ? 0 : 1;
    if (!screened.insert(record.genotype).second) continue;
    tally.left_out += evaluated.contains(record.genotype) ? 0 : 1;
  }
  tally.architectures = screened.size();
  if (!summary.evaluations.empty()) {
    const double each = seconds / static_cast<double>(summary.evaluations.size());
    tally.seconds_saved = static_cast<double>(tally.left_out) * each - tally.seconds;
  }
  return tally;
}

}  // namespace evonas::report
