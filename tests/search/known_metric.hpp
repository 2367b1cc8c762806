#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::tests {

/// A cheap metric of an architecture, reported at once; with an interval that reaches so far to
/// either side of the value where `reach` is above 0.
class KnownMetric final : public evaluation::Evaluator {
 public:
  KnownMetric(std::string name, double (*value)(const spaces::Genotype&), double reach = 0.0)
      : name_(std::move(name)), value_(value), reach_(reach) {}

  std::vector<evaluation::Metric> metrics() const override {
    return {{name_, "", evaluation::CostClass::Cheap}};
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token /*stop*/) override {
    for (std::size_t i = 0; i < block.size(); ++i) {
      evaluation::Outcome outcome;
      evaluation::Measurement& measurement = outcome.metrics[name_];
      measurement.value = value_(block[i].genotype);
      if (reach_ > 0.0) {
        measurement.low = measurement.value - reach_;
        measurement.high = measurement.value + reach_;
      }
      sink(i, std::move(outcome));
    }
  }

 private:
  std::string name_;
  double (*value_)(const spaces::Genotype&);
  double reach_;
};

}  // namespace evonas::tests
