#include "cli/run/network_sources.hpp"

#include <fmt/format.h>

namespace evonas::cli {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw evaluation::EvaluationError(
      fmt::format("this evonas was built without LibTorch and cannot {}: build it with "
                  "EVONAS_TORCH=ON",
                  what));
}

}  // namespace

std::shared_ptr<evaluation::Evaluator> make_training_source(
    const spaces::AnySpace& /*space*/, const evaluation::TrainingOptions& /*options*/,
    const std::string& /*metric*/, std::uint64_t /*seed*/,
    const std::optional<evaluation::OwnEarlyStopping>& /*stopping*/) {
  refuse("train networks");
}

std::shared_ptr<evaluation::Evaluator> make_measuring_source(
    const spaces::AnySpace& /*space*/, const spaces::NetworkInput& /*input*/,
    const evaluation::LatencyOptions& /*options*/, const std::string& /*metric*/) {
  refuse("measure latency");
}

std::shared_ptr<evaluation::Evaluator> make_lookup_source(
    const spaces::AnySpace& /*space*/, const spaces::NetworkInput& /*input*/,
    const std::filesystem::path& /*file*/, const evaluation::LatencyOptions& /*options*/,
    const std::string& /*metric*/, bool /*measures*/) {
  refuse("look latency up");
}

std::shared_ptr<evaluation::Evaluator> make_torchscript_source(
    const spaces::AnySpace& /*space*/, const std::filesystem::path& /*file*/,
    const std::vector<evaluation::ScriptOutput>& /*outputs*/, const std::string& /*seconds*/) {
  refuse("run TorchScript");
}

spaces::NetworkInput input_of_training(const evaluation::TrainingOptions& /*options*/) {
  refuse("train networks");
}

Trainer make_trainer(const spaces::AnySpace& /*space*/,
                     const evaluation::TrainingOptions& /*options*/, std::uint64_t /*split_seed*/) {
  refuse("train networks");
}

std::optional<evaluation::TrainingResult> train_network(
    const spaces::AnySpace& /*space*/, const spaces::Genotype& /*genotype*/,
    const evaluation::TrainingOptions& /*options*/, std::uint64_t /*split_seed*/,
    std::uint64_t /*seed*/, const std::stop_token& /*stop*/,
    const std::function<void(const evaluation::TrainingProgress&)>& /*on_epoch*/) {
  refuse("train networks");
}

void check_measuring(const evaluation::LatencyOptions& /*options*/) { refuse("measure latency"); }

evaluation::LatencyResult measure_network(const graph::Graph& /*network*/,
                                          const evaluation::LatencyOptions& /*options*/) {
  refuse("measure latency");
}

evaluation::TrainingSpeed training_speed(const spaces::AnySpace& /*space*/,
                                         const spaces::Genotype& /*genotype*/,
                                         const evaluation::TrainingOptions& /*options*/,
                                         std::uint64_t /*seed*/) {
  refuse("train networks");
}

double matmul_gflops(const predictor::ComputingOptions& /*computing*/) {
  refuse("multiply matrices");
}

evaluation::LookupComparison lookup_comparison(const spaces::AnySpace& /*space*/,
                                               const spaces::NetworkInput& /*input*/,
                                               const std::filesystem::path& /*file*/,
                                               const evaluation::LatencyOptions& /*options*/,
                                               std::size_t /*networks*/, std::uint64_t /*seed*/,
                                               const std::stop_token& /*stop*/) {
  refuse("measure latency");
}

std::string torchscript_file(const graph::OnnxModel& /*network*/) { refuse("write TorchScript"); }

std::string state_dict_file(const graph::OnnxModel& /*network*/) {
  refuse("write weights for PyTorch");
}

}  // namespace evonas::cli
