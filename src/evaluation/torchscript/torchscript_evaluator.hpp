#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

/// One of the numbers that a TorchScript module gives for an architecture.
struct ScriptOutput {
  Metric metric;
  std::size_t column = 0;  ///< from 0; a module that gives one number has only that
};

/// Labels from a file with a TorchScript module (what `torch.jit.script(module).save(file)` of
/// PyTorch writes): a published predictor of accuracy, the surrogate of a benchmark, a formula.
///
/// The module gets the genes of n architectures as an int64 tensor [n, genes] and returns a float
/// tensor [n], or [n, m] of m numbers each. It runs on the CPU, as evaluation (`eval()`) and as it
/// was written: nothing is fused. Numbers that are not finite are a failure of that architecture,
/// and so is one that has another number of genes than the first that the space samples.
///
/// The same architecture has the same label whatever it is asked beside, and on any number of
/// threads: the module always sees as many architectures at once, the rest being padding. Where the
/// place among them shows in the last digits, as with some products of small matrices, which a try
/// at the beginning finds out, it sees them one at a time. Blocks are evaluated in parallel on the
/// calling TBB arena, and it is safe to evaluate several from many threads.
class TorchScriptEvaluator final : public Evaluator {
 public:
  /// Reads the file, and asks it for some architectures of `space`. The values of the metric that
  /// is named `seconds`, where there is one, are what evaluations took (Outcome::seconds), failed
  /// ones too. Throws EvaluationError where the file is missing or no TorchScript, where the module
  /// fails, does not repeat itself or returns another shape, and for an output that it lacks.
  TorchScriptEvaluator(const spaces::AnySpace& space, std::filesystem::path file,
                       std::vector<ScriptOutput> outputs, std::string seconds = {});
  ~TorchScriptEvaluator() override;

  std::vector<Metric> metrics() const override;
  bool deterministic() const override { return true; }
  /// The contents of the file, and which outputs are read.
  std::string identity() const override;
  /// Throws EvaluationError where the module itself fails, as it may for values of genes that it
  /// does not know.
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;

 private:
  class Script;

  /// Of at most rows_ candidates.
  std::vector<Outcome> outcomes_of(std::span<const Candidate> candidates) const;
  Outcome outcome_of(std::span<const double> numbers) const;

  std::filesystem::path file_;
  std::vector<ScriptOutput> outputs_;
  std::string seconds_;
  std::unique_ptr<Script> script_;
  spaces::Genotype padding_;  ///< an architecture of the space
  std::size_t rows_;          ///< architectures that the module sees at once
};

}  // namespace evonas::evaluation
