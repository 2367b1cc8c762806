#include "cli/run/predicted_metric.hpp"

#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "base/key.hpp"
#include "base/normal_quantile.hpp"
#include "base/parallel.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/family_space.hpp"
#include "cli/run/fitted_on_device.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/decorators.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

constexpr std::size_t kKnownPredictions = 100'000;  // that are kept in memory

/// See make_predicted_source().
class PredictedMetric final : public evaluation::Evaluator {
 public:
  PredictedMetric(std::unique_ptr<predictor::Predictor> fitted, evaluation::Metric metric,
                  std::string identity)
      : fitted_(std::move(fitted)), metric_(std::move(metric)), identity_(std::move(identity)) {}

  std::vector<evaluation::Metric> metrics() const override { return {metric_}; }
  bool deterministic() const override { return true; }
  std::string identity() const override { return identity_; }

  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    // Each by itself: what is expected of an architecture does not depend on the others of a block,
    // not even in its last digit.
    std::mutex mutex;
    parallel_for(block.size(), [&](std::size_t i) {
      if (stop.stop_requested()) return;
      evaluation::Outcome outcome;
      try {
        outcome.metrics[metric_.name] = measurement_of(block[i].genotype);
      } catch (const graph::GraphError& error) {
        outcome.failure = error.what();
      }
      const std::scoped_lock lock(mutex);
      sink(i, std::move(outcome));
    });
  }

 private:
  evaluation::Measurement measurement_of(const spaces::Genotype& genotype) const {
    const predictor::Prediction expected = fitted_->predict({&genotype, 1}).front();
    evaluation::Measurement value{.value = expected.mean, .low = {}, .high = {}};
    if (expected.deviation > 0.0) {
      const double reach = normal_quantile(0.975) * expected.deviation;  // of 95 %, to either side
      value.low = expected.mean - reach;
      value.high = expected.mean + reach;
    }
    return value;
  }

  std::unique_ptr<predictor::Predictor> fitted_;
  evaluation::Metric metric_;
  std::string identity_;
};

}  // namespace

std::shared_ptr<evaluation::Evaluator> make_predicted_source(
    const spaces::AnySpace& space, const std::optional<spaces::NetworkInput>& input,
    const std::filesystem::path& file, const std::string& metric, const std::string& device) {
  const std::string bytes = read_whole(file);
  const predictor::Checkpoint checkpoint = predictor::read_checkpoint(bytes, file.string());
  predictor::CheckpointAbout about = checkpoint.about;
  const bool in_any_space =
      about.devices.empty() &&
      predictor::reads_any_network(about.predictor,
                                   about.space == kFamiliesSpace || !about.input.empty());
  PredictorOptions options;
  options.statics = about.statics;
  if (in_any_space) {
    if (!input) {
      throw evaluation::EvaluationError(fmt::format(
          "{} predicts whole networks: say what they read with `input`", file.string()));
    }
    options.input = input;
  } else if (about.space != space.name()) {
    throw evaluation::EvaluationError(
        fmt::format("{} was fitted in the space {}, and the search is in {}", file.string(),
                    about.space, space.name()));
  } else if (!about.input.empty()) {
    options.input = spaces::NetworkInput::parse(about.input);
  }
  // Searches ask about an architecture when they consider it, and again when they evaluate it.
  auto fitted = std::make_unique<predictor::CachedPredictor>(
      make_fitted(space, options, device, about, file.string()), kKnownPredictions);
  predictor::restore(*fitted, checkpoint, file.string());
  std::string identity = Key::of(bytes).hex();
  if (options.input) identity += " " + options.input->to_string();
  if (!device.empty()) identity += " on " + device;
  return std::make_shared<PredictedMetric>(
      std::move(fitted), evaluation::Metric{metric, about.unit, evaluation::CostClass::Cheap},
      std::move(identity));
}

}  // namespace evonas::cli
