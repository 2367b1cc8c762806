#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::tests {

/// A source with one metric, a function of the genotype; NaN where it fails. Safe from many
/// threads.
class FormulaSource final : public evaluation::Evaluator {
 public:
  using Formula = std::function<double(const spaces::Genotype&)>;

  FormulaSource(evaluation::Metric metric, Formula formula)
      : metric_(std::move(metric)), formula_(std::move(formula)) {}

  bool repeats = true;
  std::string contents;        ///< its identity
  bool tells_seconds = false;  ///< the value is what the evaluation took
  std::atomic<int> asked = 0;  ///< architectures

  std::vector<evaluation::Metric> metrics() const override { return {metric_}; }
  bool deterministic() const override { return repeats; }
  std::string identity() const override { return contents; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    // From the last to the first: outcomes come in any order.
    for (std::size_t i = block.size(); i-- > 0 && !stop.stop_requested();) {
      ++asked;
      evaluation::Outcome outcome;
      const double value = formula_(block[i].genotype);
      if (value != value) {
        outcome.failure = "no value";
      } else {
        outcome.metrics[metric_.name] = {.value = value};
      }
      if (tells_seconds) outcome.seconds = value;
      sink(i, std::move(outcome));
    }
  }

 private:
  evaluation::Metric metric_;
  Formula formula_;
};

inline std::shared_ptr<FormulaSource> formula_source(
    const std::string& metric, FormulaSource::Formula formula,
    evaluation::CostClass cost = evaluation::CostClass::Simulated) {
  return std::make_shared<FormulaSource>(evaluation::Metric{metric, "", cost}, std::move(formula));
}

/// The sum of the genes.
inline double gene_sum(const spaces::Genotype& genotype) {
  double sum = 0.0;
  for (const auto gene : genotype.genes()) sum += gene;
  return sum;
}

}  // namespace evonas::tests
