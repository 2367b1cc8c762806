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
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

/// What needs LibTorch. `src/cli/torch` does it; an evonas built without LibTorch has
/// `src/cli/no_torch` instead, where everything throws an EvaluationError that says so.
namespace evonas::cli {

std::shared_ptr<evaluation::Evaluator> make_training_source(
    const spaces::AnySpace& space, const evaluation::TrainingOptions& options,
    const std::string& metric, std::uint64_t seed,
    const std::optional<evaluation::OwnEarlyStopping>& stopping);

std::shared_ptr<evaluation::Evaluator> make_measuring_source(
    const spaces::AnySpace& space, const spaces::NetworkInput& input,
    const evaluation::LatencyOptions& options, const std::string& metric);

/// `measures`: operations that the file lacks are measured, which nothing else may run beside.
std::shared_ptr<evaluation::Evaluator> make_lookup_source(const spaces::AnySpace& space,
                                                          const spaces::NetworkInput& input,
                                                          const std::filesystem::path& file,
                                                          const evaluation::LatencyOptions& options,
                                                          const std::string& metric, bool measures);

/// Safe to evaluate several blocks from many threads at once.
std::shared_ptr<evaluation::Evaluator> make_torchscript_source(
    const spaces::AnySpace& space, const std::filesystem::path& file,
    const std::vector<evaluation::ScriptOutput>& outputs, const std::string& seconds);

/// What networks read when they are trained with these options.
spaces::NetworkInput input_of_training(const evaluation::TrainingOptions& options);

/// Trains networks on one data set, which is read once; nothing where `stop` ended it early. Safe
/// to call from many threads at once, one training each.
using Trainer = std::function<std::optional<evaluation::TrainingResult>(
    const graph::Graph& network, std::uint64_t seed, const std::stop_token& stop)>;

/// `split_seed` fixes which images are for validation.
Trainer make_trainer(const spaces::AnySpace& space, const evaluation::TrainingOptions& options,
                     std::uint64_t split_seed);

/// One training of the architecture; nothing where `stop` ended it early. `split_seed` fixes which
/// images are for validation, `seed` everything else.
std::optional<evaluation::TrainingResult> train_network(
    const spaces::AnySpace& space, const spaces::Genotype& genotype,
    const evaluation::TrainingOptions& options, std::uint64_t split_seed, std::uint64_t seed,
    const std::stop_token& stop,
    const std::function<void(const evaluation::TrainingProgress&)>& on_epoch);

/// Throws EvaluationError where no network can be measured with these options.
void check_measuring(const evaluation::LatencyOptions& options);

evaluation::LatencyResult measure_network(const graph::Graph& network,
                                          const evaluation::LatencyOptions& options);

/// Speed of one training of the architecture on one thread.
evaluation::TrainingSpeed training_speed(const spaces::AnySpace& space,
                                         const spaces::Genotype& genotype,
                                         const evaluation::TrainingOptions& options,
                                         std::uint64_t seed);

/// Billions of operations a second of a matrix product there: on one thread of the CPU, or on a
/// GPU. Throws EvaluationError for a device that is not there.
double matmul_gflops(const predictor::ComputingOptions& computing);

/// Latency of random architectures, whole and from the look-up table in `file`.
evaluation::LookupComparison lookup_comparison(const spaces::AnySpace& space,
                                               const spaces::NetworkInput& input,
                                               const std::filesystem::path& file,
                                               const evaluation::LatencyOptions& options,
                                               std::size_t networks, std::uint64_t seed,
                                               const std::stop_token& stop);

/// A network with weights as a TorchScript file, and its weights as a file of PyTorch; see
/// evaluation/export/torch_files.hpp.
std::string torchscript_file(const graph::OnnxModel& network);
std::string state_dict_file(const graph::OnnxModel& network);

}  // namespace evonas::cli
