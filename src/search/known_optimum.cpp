#include "search/known_optimum.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace evonas::search {
namespace {

bool has_every_metric(const evaluation::Evaluator& source, const Problem& problem) {
  std::set<std::string> names;
  for (const evaluation::Metric& metric : source.metrics()) names.insert(metric.name);
  const auto known = [&](const auto& part) { return names.contains(part.metric); };
  return std::ranges::all_of(problem.objectives, known) &&
         std::ranges::all_of(problem.limits, known);
}

}  // namespace

std::optional<KnownOptimum> known_optimum(const SearchSetup& setup) {
  const auto source = std::ranges::find_if(setup.sources, [&](const Source& candidate) {
    return has_every_metric(*candidate.evaluator, setup.problem);
  });
  if (source == setup.sources.end()) return std::nullopt;
  const std::vector<evaluation::Candidate> labelled = source->evaluator->labelled();
  if (labelled.empty()) return std::nullopt;  // no table
  // The lowest minimised value, of equal ones the first: outcomes may come in any order.
  std::pair best{std::numeric_limits<double>::infinity(), labelled.size()};
  double value = 0.0;
  const std::string& metric = setup.problem.objectives.front().metric;
  source->evaluator->evaluate(
      labelled,
      [&](std::size_t i, const evaluation::Outcome& outcome) {
        if (!outcome.ok() || setup.problem.violation(outcome.metrics) > 0.0) return;
        const std::pair own{setup.problem.minimised(outcome.metrics).front(), i};
        if (own >= best) return;
        best = own;
        value = outcome.metrics.at(metric).value;
      },
      {});
  if (best.second == labelled.size()) return std::nullopt;
  return KnownOptimum{.architecture = setup.space.format(labelled[best.second].genotype),
                      .value = value};
}

}  // namespace evonas::search
