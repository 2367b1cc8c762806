#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "evaluation/early_stopping.hpp"
#include "evaluation/evaluator.hpp"
#include "evaluation/training/training_options.hpp"
#include "graph/weights.hpp"

namespace evonas::evaluation {

/// Where a training stands, for progress displays.
struct TrainingProgress {
  std::int64_t epoch = 0;  ///< finished epochs
  std::int64_t epochs = 0;
  double images_per_second = 0.0;
  double loss = 0.0;
};

/// Everything one training yields. Accuracies in percent.
struct TrainingResult {
  double validation_accuracy = 0.0;
  double validation_loss = 0.0;
  double test_accuracy = 0.0;
  double train_loss = 0.0;  ///< mean over the last epoch, auxiliary classifiers included
  /// What the training and its validation cost: on a CPU the processor time of its one thread,
  /// which other work on the machine does not stretch, otherwise wall time.
  double seconds = 0.0;
  double images_per_second = 0.0;
  graph::Weights weights;  ///< after the last step, as the accuracies were measured with them
};

/// Trains networks on an image data set and labels them by their accuracy on the validation split,
/// in percent. The test split is read by `train()` alone, never by `evaluate()`.
///
/// Candidates are trained in parallel, one thread each on a CPU. Diverged and failing
/// trainings become failures with a reason. Deterministic on one machine for a given seed, whatever
/// the number of trainings at once.
///
/// With early stopping networks are validated after each epoch, and hopeless ones given up
/// (MedianRule): outcomes have these accuracies, Outcome::by_epoch, and become failures that are
/// early stops. What is stopped then depends on what was trained before, in a search that waits for
/// each block on nothing else.
class TrainingEvaluator final : public Evaluator {
 public:
  /// Reads the data set. `metric` is the name under which accuracies are reported. `seed` fixes the
  /// split, which all candidates of a run share. Throws EvaluationError where data is missing or
  /// damaged.
  TrainingEvaluator(spaces::AnySpace space, TrainingOptions options, std::string metric,
                    std::uint64_t seed, const std::optional<OwnEarlyStopping>& stopping = {});
  ~TrainingEvaluator() override;

  std::vector<Metric> metrics() const override;
  bool deterministic() const override;
  void recall(std::span<const Outcome> outcomes) override;
  void evaluate(std::span<const Candidate> block, const OutcomeSink& sink,
                std::stop_token stop) override;
  void evaluate_each(const CandidateFeed& next, const OutcomeSink& sink,
                     const std::stop_token& stop) override;

  /// Channels, side and classes of the images that networks are trained on.
  spaces::NetworkInput input() const;

  /// One training of any network graph with that input. Throws EvaluationError where it diverges;
  /// returns nothing where it was given up because of `stop`.
  std::optional<TrainingResult> train(
      const graph::Graph& network, std::uint64_t seed, std::stop_token stop,
      const std::function<void(const TrainingProgress&)>& on_epoch = {}) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Channels, side and classes of the images that `options` asks for, without reading them.
spaces::NetworkInput training_input(const TrainingOptions& options);

}  // namespace evonas::evaluation
