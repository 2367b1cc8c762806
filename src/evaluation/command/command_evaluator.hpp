#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "evaluation/command/command_options.hpp"
#include "evaluation/command/listener.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

/// Labels from processes that the user brings, in any language: they read requests and write
/// results, one JSON object a line (configs/COMMAND.md).
///
/// Processes are started when the first block comes and live until the evaluator ends, which ends
/// them too, as does the end of this program, however it comes. Nothing that they do is an error
/// of evaluate() or keeps it waiting for longer than the options allow: it becomes a failure of a
/// candidate, with its reason (see command/dispatcher.hpp). What cannot be started in the first
/// place is an EvaluationError. Outcomes come on the thread that evaluates; there is no other.
///
/// Never said to be deterministic, because only the command can know. What evonas adds to it is:
/// requests and seeds do not depend on times, and early stopping depends on the values alone.
class CommandEvaluator final : public Evaluator {
 public:
  /// The command reports all of `metrics`, at least one. Networks are sent where `input` says what
  /// they read.
  CommandEvaluator(spaces::AnySpace space, std::optional<spaces::NetworkInput> input,
                   std::vector<Metric> metrics, CommandOptions options,
                   CommandListener listener = {});
  ~CommandEvaluator() override;

  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return false; }
  void recall(std::span<const Outcome> outcomes) override;
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;
  /// Asks for a candidate whenever a process has a free slot for it.
  void evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                     const std::stop_token& stop) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace evonas::evaluation
