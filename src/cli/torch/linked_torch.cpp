#include <string>
#include <utility>

#include "base/split.hpp"
#include "cli/run/torch_module.hpp"
#include "cli/torch/torch_predictors.hpp"
#include "evaluation/export/torch_files.hpp"
#include "predictor/models/lstm_policy.hpp"

namespace evonas::cli {
namespace {

class LinkedTorch final : public TorchModule {
 public:
  std::shared_ptr<evaluation::Evaluator> make_training_source(
      const spaces::AnySpace& space, const evaluation::TrainingOptions& options,
      const std::string& metric, std::uint64_t seed,
      const std::optional<evaluation::OwnEarlyStopping>& stopping) const override {
    return std::make_shared<evaluation::TrainingEvaluator>(space, options, metric, seed, stopping);
  }

  std::shared_ptr<evaluation::Evaluator> make_measuring_source(
      const spaces::AnySpace& space, const spaces::NetworkInput& input,
      const evaluation::LatencyOptions& options, const std::string& metric) const override {
    return std::make_shared<evaluation::MeasuredLatency>(space, input, options, metric);
  }

  std::shared_ptr<evaluation::Evaluator> make_lookup_source(
      const spaces::AnySpace& space, const spaces::NetworkInput& input,
      const std::filesystem::path& file, const evaluation::LatencyOptions& options,
      const std::string& metric, bool measures) const override {
    return std::make_shared<evaluation::LookupLatency>(
        space, input, std::make_shared<evaluation::LatencyLookup>(file, options), metric, measures);
  }

  std::shared_ptr<evaluation::Evaluator> make_torchscript_source(
      const spaces::AnySpace& space, const std::filesystem::path& file,
      const std::vector<evaluation::ScriptOutput>& outputs,
      const std::string& seconds) const override {
    return std::make_shared<evaluation::TorchScriptEvaluator>(space, file, outputs, seconds);
  }

  spaces::NetworkInput input_of_training(
      const evaluation::TrainingOptions& options) const override {
    return evaluation::training_input(options);
  }

  Trainer make_trainer(const spaces::AnySpace& space, const evaluation::TrainingOptions& options,
                       std::uint64_t split_seed) const override {
    auto evaluator = std::make_shared<const evaluation::TrainingEvaluator>(space, options,
                                                                           "accuracy", split_seed);
    return
        [evaluator](const graph::Graph& network, std::uint64_t seed, const std::stop_token& stop) {
          return evaluator->train(network, seed, stop);
        };
  }

  std::optional<evaluation::TrainingResult> train_network(
      const spaces::AnySpace& space, const spaces::Genotype& genotype,
      const evaluation::TrainingOptions& options, std::uint64_t split_seed, std::uint64_t seed,
      const std::stop_token& stop,
      const std::function<void(const evaluation::TrainingProgress&)>& on_epoch) const override {
    const evaluation::TrainingEvaluator evaluator(space, options, "accuracy", split_seed);
    return evaluator.train(space.network(genotype, evaluator.input()), seed, stop, on_epoch);
  }

  void check_measuring(const evaluation::LatencyOptions& options) const override {
    evaluation::check_device(options);
  }

  evaluation::LatencyResult measure_network(
      const graph::Graph& network, const evaluation::LatencyOptions& options) const override {
    return evaluation::measure_fastest(network, options);
  }

  evaluation::TrainingSpeed training_speed(const spaces::AnySpace& space,
                                           const spaces::Genotype& genotype,
                                           const evaluation::TrainingOptions& options,
                                           std::uint64_t seed) const override {
    const evaluation::TrainingEvaluator evaluator(space, options, "accuracy", seed);
    return evaluation::measure_training(evaluator, space.network(genotype, evaluator.input()),
                                        seed);
  }

  double matmul_gflops(const predictor::ComputingOptions& computing) const override {
    return evaluation::measure_matmul(std::string(split(computing.device, ',').front()),
                                      computing.precision == "bfloat16");
  }

  evaluation::LookupComparison lookup_comparison(const spaces::AnySpace& space,
                                                 const spaces::NetworkInput& input,
                                                 const std::filesystem::path& file,
                                                 const evaluation::LatencyOptions& options,
                                                 std::size_t networks, std::uint64_t seed,
                                                 const std::stop_token& stop) const override {
    evaluation::LatencyLookup lookup(file, options);
    return evaluation::compare_lookup(space, input, lookup, networks, seed, stop);
  }

  std::string torchscript_file(const graph::OnnxModel& network) const override {
    return evaluation::torchscript_file(network.graph, network.weights, network.metadata);
  }

  std::string state_dict_file(const graph::OnnxModel& network) const override {
    return evaluation::state_dict_file(network.graph, network.weights);
  }

  std::unique_ptr<LearntPredictors> make_predictors(
      const spaces::AnySpace& space, const PredictorOptions& options,
      const std::function<std::shared_ptr<const predictor::GraphFeatures>()>& features)
      const override {
    return make_torch_predictors(space, options, features);
  }

  std::unique_ptr<predictor::LatentPolicy> make_policy(std::size_t width,
                                                       std::uint64_t seed) const override {
    return std::make_unique<predictor::LstmPolicy>(width, seed);
  }
};

}  // namespace

const TorchModule& torch_module() {
  static const LinkedTorch module;
  return module;
}

}  // namespace evonas::cli
