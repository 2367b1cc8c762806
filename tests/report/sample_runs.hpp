#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/report_data.hpp"
#include "spaces/nasbench201.hpp"

namespace evonas::report {

/// An evaluation of the cell number `cell`, with an interval of 2 % around the latency.
inline search::EvaluationRecord sample_evaluation(std::uint64_t index, std::uint64_t cell,
                                                  double accuracy, double latency) {
  const spaces::NasBench201 space;
  search::EvaluationRecord record;
  record.index = index;
  record.generation = index / 2;
  record.genotype = space.at(cell);
  record.architecture = space.format(record.genotype);
  record.key = Key{cell, index};
  record.metrics["accuracy"] = {accuracy, {}, {}};
  record.metrics["latency_ms"] = {latency, latency * 0.75, latency * 1.25};
  record.metrics["params"] = {static_cast<double>(1000 * cell), {}, {}};
  record.seconds = 3.25;
  return record;
}

inline search::EvaluationRecord sample_failure(std::uint64_t index, std::uint64_t cell,
                                               std::string reason) {
  search::EvaluationRecord record = sample_evaluation(index, cell, 0.0, 0.0);
  record.metrics.clear();
  record.failure = std::move(reason);
  return record;
}

/// A run of `evaluations` for `problem`, two a generation, summarised as the driver does it.
inline Run sample_run(std::vector<search::EvaluationRecord> evaluations, search::Problem problem) {
  Run run{.name = "sample", .space = spaces::AnySpace(spaces::NasBench201())};
  run.problem = std::move(problem);
  run.summary.termination = search::Termination::Budget;
  run.summary.message = "The budget is used up.";
  run.summary.seed = 7;
  run.summary.seconds = 75.5;
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    run.summary.evaluations.push_back(evaluations[i]);
    search::summarise(run.problem, run.summary);
    if (i % 2 == 0 && i + 1 < evaluations.size()) continue;
    run.summary.generations.push_back(
        {.generation = i / 2, .evaluations = i + 1, .hypervolume = run.summary.hypervolume});
  }
  run.metrics["accuracy"] = {"accuracy", "%", evaluation::CostClass::Expensive};
  run.metrics["latency_ms"] = {"latency_ms", "ms", evaluation::CostClass::Expensive};
  run.metrics["params"] = {"params", "", evaluation::CostClass::Free};
  run.metrics["test_accuracy"] = {"test_accuracy", "%", evaluation::CostClass::Expensive};
  run.host["cpu"] = "a processor";
  run.configuration = "space: nasbench201\n";
  return run;
}

inline search::Problem accuracy_and_latency() {
  return {
      .objectives = {{"accuracy", search::Goal::Maximize}, {"latency_ms", search::Goal::Minimize}},
      .limits = {{"latency_ms", search::Relation::AtMost, 4.0}}};
}

/// Six evaluations: three on the front, one dominated, one beyond the limit, one failed.
inline Run sample_run() {
  Run run =
      sample_run({sample_evaluation(0, 10, 70.0, 2.0), sample_evaluation(1, 11, 60.0, 4.5),
                  sample_evaluation(2, 12, 80.5, 3.0), sample_evaluation(3, 13, 75.0, 3.5),
                  sample_failure(4, 14, "training diverged"), sample_evaluation(5, 15, 90.25, 3.9)},
                 accuracy_and_latency());
  run.summary.final =
      search::FinalRecord{{run.summary.evaluations[5].architecture,
                           {{"test_accuracy", {91.5, {}, {}}}, {"latency_ms", {3.8, 3.5, 4.25}}}},
                          12.5,
                          {}};
  return run;
}

}  // namespace evonas::report
