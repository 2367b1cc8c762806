#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::cli {

/// Names metrics without being able to evaluate them.
class DeclaredSource final : public evaluation::Evaluator {
 public:
  explicit DeclaredSource(std::vector<evaluation::Metric> metrics) : metrics_(std::move(metrics)) {}

  std::vector<evaluation::Metric> metrics() const override { return metrics_; }
  bool deterministic() const override { return false; }
  void evaluate(std::span<const evaluation::Candidate> /*block*/,
                const evaluation::OutcomeSink& /*sink*/, std::stop_token /*stop*/) override {
    throw evaluation::EvaluationError("the metric " + metrics_.front().name +
                                      " is only declared here");
  }

 private:
  std::vector<evaluation::Metric> metrics_;
};

/// One metric of a table or a TorchScript module whose evaluations screen: they take a share of the
/// seconds that are there, where there are any.
class ScreeningSource final : public evaluation::Evaluator {
 public:
  /// `source` has `metric` and may have another one, which is not told of.
  ScreeningSource(std::shared_ptr<evaluation::Evaluator> source, std::string metric, double share)
      : source_(std::move(source)), metric_(std::move(metric)), share_(share) {}

  std::vector<evaluation::Metric> metrics() const override {
    std::vector<evaluation::Metric> metrics = source_->metrics();
    std::erase_if(metrics, [&](const auto& metric) { return metric.name != metric_; });
    return metrics;
  }
  bool deterministic() const override { return source_->deterministic(); }
  std::string identity() const override { return source_->identity(); }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    const auto receive = [&](std::size_t i, evaluation::Outcome outcome) {
      std::erase_if(outcome.metrics, [&](const auto& value) { return value.first != metric_; });
      outcome.seconds *= share_;
      sink(i, std::move(outcome));
    };
    source_->evaluate(block, receive, std::move(stop));
  }

 private:
  std::shared_ptr<evaluation::Evaluator> source_;
  std::string metric_;
  double share_;
};

}  // namespace evonas::cli
