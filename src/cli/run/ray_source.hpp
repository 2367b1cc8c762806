#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "cli/config/configuration.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::cli {

/// The command that evaluates on a Ray cluster: python/evonas/ray_worker.py, which gets what it
/// needs to know, the words of the space included, as one argument in JSON.
evaluation::CommandOptions ray_command(const config::RaySection& section,
                                       const config::AnySpaceSection& space);

/// Evaluates by such a command. That its process cannot be started any more says nothing of a
/// candidate: nobody can be evaluated, so it is a fault of the source (EvaluationError) here, which
/// ends the search; the candidates get no outcome, and are asked for again when it is resumed.
class RaySource final : public evaluation::Evaluator {
 public:
  explicit RaySource(std::shared_ptr<evaluation::Evaluator> command)
      : command_(std::move(command)) {}

  std::vector<evaluation::Metric> metrics() const override { return command_->metrics(); }
  bool deterministic() const override { return command_->deterministic(); }
  void recall(std::span<const evaluation::Outcome> outcomes) override {
    command_->recall(outcomes);
  }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override;
  void evaluate_each(const evaluation::CandidateFeed& next, const evaluation::OutcomeSink& sink,
                     const std::stop_token& stop) override;

 private:
  std::shared_ptr<evaluation::Evaluator> command_;
};

}  // namespace evonas::cli
