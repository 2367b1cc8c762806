#pragma once

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

/// The free metrics, exact from the network graph: `params`, `macs`, `flops`, `memory_bytes` (peak
/// of the activations for one image in float32).
class GraphCosts final : public Evaluator {
 public:
  GraphCosts(spaces::AnySpace space, spaces::NetworkInput input)
      : space_(std::move(space)), input_(input) {}

  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return true; }
  /// What networks read.
  std::string identity() const override { return input_.to_string(); }
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;

 private:
  spaces::AnySpace space_;
  spaces::NetworkInput input_;
};

}  // namespace evonas::evaluation
