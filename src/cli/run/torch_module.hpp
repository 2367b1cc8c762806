#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluation/evaluator.hpp"
#include "evaluation/latency/latency.hpp"
#include "evaluation/latency/lookup_comparison.hpp"
#include "evaluation/torchscript/torchscript_evaluator.hpp"
#include "evaluation/training/training_benchmark.hpp"
#include "evaluation/training/training_evaluator.hpp"
#include "evaluation/training/training_options.hpp"
#include "graph/graph.hpp"
#include "graph/onnx.hpp"
#include "predictor/computing_options.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/latent_policy.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

class LearntPredictors;
struct PredictorOptions;

/// Trains networks on one data set, which is read once; nothing where `stop` ended it early. Safe
/// to call from many threads at once, one training each.
using Trainer = std::function<std::optional<evaluation::TrainingResult>(
    const graph::Graph& network, std::uint64_t seed, const std::stop_token& stop)>;

/// What needs LibTorch, whose loading takes half a second: `src/cli/torch`, a shared library beside
/// the program, which is loaded when something first needs it. Safe from many threads.
class TorchModule {
 public:
  virtual ~TorchModule() = default;

  virtual std::shared_ptr<evaluation::Evaluator> make_training_source(
      const spaces::AnySpace& space, const evaluation::TrainingOptions& options,
      const std::string& metric, std::uint64_t seed,
      const std::optional<evaluation::OwnEarlyStopping>& stopping) const = 0;

  virtual std::shared_ptr<evaluation::Evaluator> make_measuring_source(
      const spaces::AnySpace& space, const spaces::NetworkInput& input,
      const evaluation::LatencyOptions& options, const std::string& metric) const = 0;

  /// `measures`: operations that the file lacks are measured, which nothing else may run beside.
  virtual std::shared_ptr<evaluation::Evaluator> make_lookup_source(
      const spaces::AnySpace& space, const spaces::NetworkInput& input,
      const std::filesystem::path& file, const evaluation::LatencyOptions& options,
      const std::string& metric, bool measures) const = 0;

  /// Safe to evaluate several blocks from many threads at once.
  virtual std::shared_ptr<evaluation::Evaluator> make_torchscript_source(
      const spaces::AnySpace& space, const std::filesystem::path& file,
      const std::vector<evaluation::ScriptOutput>& outputs, const std::string& seconds) const = 0;

  /// What networks read when they are trained with these options.
  virtual spaces::NetworkInput input_of_training(
      const evaluation::TrainingOptions& options) const = 0;

  /// `split_seed` fixes which images are for validation.
  virtual Trainer make_trainer(const spaces::AnySpace& space,
                               const evaluation::TrainingOptions& options,
                               std::uint64_t split_seed) const = 0;

  /// One training of the architecture; nothing where `stop` ended it early. `split_seed` fixes
  /// which images are for validation, `seed` everything else.
  virtual std::optional<evaluation::TrainingResult> train_network(
      const spaces::AnySpace& space, const spaces::Genotype& genotype,
      const evaluation::TrainingOptions& options, std::uint64_t split_seed, std::uint64_t seed,
      const std::stop_token& stop,
      const std::function<void(const evaluation::TrainingProgress&)>& on_epoch) const = 0;

  /// Throws EvaluationError where no network can be measured with these options.
  virtual void check_measuring(const evaluation::LatencyOptions& options) const = 0;

  virtual evaluation::LatencyResult measure_network(
      const graph::Graph& network, const evaluation::LatencyOptions& options) const = 0;

  /// Speed of one training of the architecture on one thread.
  virtual evaluation::TrainingSpeed training_speed(const spaces::AnySpace& space,
                                                   const spaces::Genotype& genotype,
                                                   const evaluation::TrainingOptions& options,
                                                   std::uint64_t seed) const = 0;

  /// Billions of operations a second of a matrix product there: on one thread of the CPU, or on
  /// the first GPU of those named. Throws EvaluationError for a device that is not there.
  virtual double matmul_gflops(const predictor::ComputingOptions& computing) const = 0;

  /// Latency of random architectures, whole and from the look-up table in `file`.
  virtual evaluation::LookupComparison lookup_comparison(const spaces::AnySpace& space,
                                                         const spaces::NetworkInput& input,
                                                         const std::filesystem::path& file,
                                                         const evaluation::LatencyOptions& options,
                                                         std::size_t networks, std::uint64_t seed,
                                                         const std::stop_token& stop) const = 0;

  /// A network with weights as a TorchScript file, and its weights as a file of PyTorch; see
  /// evaluation/export/torch_files.hpp.
  virtual std::string torchscript_file(const graph::OnnxModel& network) const = 0;
  virtual std::string state_dict_file(const graph::OnnxModel& network) const = 0;

  /// What makes the predictors of a space that need LibTorch (predictors.hpp). `features` yields
  /// what the options say that predictors read, made once.
  virtual std::unique_ptr<LearntPredictors> make_predictors(
      const spaces::AnySpace& space, const PredictorOptions& options,
      const std::function<std::shared_ptr<const predictor::GraphFeatures>()>& features) const = 0;

  /// The policy that moves through the embedding of arch2vec, for places of so many numbers.
  virtual std::unique_ptr<predictor::LatentPolicy> make_policy(std::size_t width,
                                                               std::uint64_t seed) const = 0;
};

/// The module. Throws EvaluationError where there is none, because this evonas was built without
/// LibTorch, and where it cannot be loaded.
const TorchModule& torch_module();

}  // namespace evonas::cli
