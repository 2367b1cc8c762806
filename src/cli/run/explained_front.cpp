#include "cli/run/explained_front.hpp"

#include <memory>
#include <vector>

#include "predictor/explainer.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

/// The values of the first objective, of what was evaluated.
std::vector<predictor::Label> labels_of_run(const report::Run& run) {
  std::vector<predictor::Label> labels;
  const std::string& metric = run.problem.objectives.front().metric;
  for (const search::EvaluationRecord& record : run.summary.evaluations) {
    const auto found = record.metrics.find(metric);
    if (!record.ok() || found == record.metrics.end()) continue;
    labels.push_back({.genotype = record.genotype, .value = found->second.value});
  }
  return labels;
}

}  // namespace

void explain_front(report::Run& run, const search::SearchSetup& setup) {
  const std::string& metric = run.problem.objectives.front().metric;
  const std::string* const name = setup.algorithm.guidance.predictor.of(metric);
  if (setup.algorithm.algorithm != "predictor_guided" || name == nullptr) return;
  if (!predictor::explains(*name)) return;
  const std::vector<predictor::Label> labels = labels_of_run(run);
  if (labels.empty()) return;
  try {
    const std::unique_ptr<predictor::Predictor> fitted = setup.make_predictor(*name, metric);
    const predictor::Explainer* const explainer = fitted->explainer();
    if (explainer == nullptr) return;
    fitted->fit(labels, {.seed = run.summary.seed});
    for (const std::size_t position : run.summary.front) {
      const search::EvaluationRecord& record = run.summary.evaluations.at(position);
      run.node_weights[record.key.hex()] = explainer->node_weights(record.genotype);
    }
  } catch (const predictor::PredictorError&) {
    run.node_weights.clear();  // a report without it is better than none
  }
}

}  // namespace evonas::cli
