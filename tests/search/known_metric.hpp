#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::tests {

/// A cheap metric of an architecture, reported at once.
class KnownMetric final : public evaluation::Evaluator {
 public:
  KnownMetric(std::string name, double (*value)(const spaces::Genotype&))
      : name_(std::move(name)), value_(value) {}

  std::vector<evaluation::Metric> metrics() const override {
    return {{name_, "", evaluation::CostClass::Cheap}};
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token /*stop*/) override {
    for (std::size_t i = 0; i < block.size(); ++i) {
      evaluation::Outcome outcome;
      outcome.metrics[name_].value = value_(block[i].genotype);
      sink(i, std::move(outcome));
    }
  }

 private:
  std::string name_;
  double (*value_)(const spaces::Genotype&);
};

}  // namespace evonas::tests
