#include "cli/run/final_stage.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "base/random.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/progress.hpp"
#include "cli/run/setup.hpp"
#include "cli/run/torch_module.hpp"
#include "graph/onnx.hpp"
#include "graph/passes.hpp"

namespace evonas::cli {
namespace {

// So many networks at most are measured again in search of one that keeps the limits.
constexpr std::size_t kCandidates = 10;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool finished(search::Termination termination) {
  return termination == search::Termination::Budget ||
         termination == search::Termination::SpaceExhausted;
}

void train(const config::Configuration& configuration, const search::SearchSetup& setup,
           const search::EvaluationRecord& network, search::FinalRecord& record,
           const std::filesystem::path& best_network, Log& log, const std::stop_token& stop) {
  const evaluation::TrainingOptions& options = *configuration.final->train;
  log.info(fmt::format("training the best network once more, for {} epochs", options.epochs));
  const std::uint64_t seed = derive_seed(configuration.search.seed, "final", network.key.low);
  const auto begin = Clock::now();
  const auto result = torch_module().train_network(
      setup.space, network.genotype, options, configuration.search.seed, seed, stop,
      [&](const evaluation::TrainingProgress& progress) {
        const double seconds = seconds_since(begin);
        const auto left = static_cast<double>(progress.epochs - progress.epoch) * seconds /
                          static_cast<double>(std::max<std::int64_t>(progress.epoch, 1));
        log.progress(
            fmt::format("final training, epoch {}/{} | loss {:.4f} | {:.0f} images/s | "
                        "{}, about {} left",
                        progress.epoch, progress.epochs, progress.loss, progress.images_per_second,
                        format_duration(seconds), format_duration(left)));
      });
  if (!result) return;
  record.metrics[kTestAccuracy] = {.value = result->test_accuracy};
  record.seconds += seconds_since(begin);

  const graph::Graph trained = graph::inference_network(
      setup.space.network(network.genotype, torch_module().input_of_training(options)));
  const graph::OnnxModel model{
      .graph = trained,
      .weights = graph::select_weights(trained, result->weights),
      .metadata = {{"space", setup.space.name()},
                   {"architecture", network.architecture},
                   {"data", options.data},
                   {"epochs", std::to_string(options.epochs)},
                   {"validation_accuracy", fmt::format("{}", result->validation_accuracy)},
                   {kTestAccuracy, fmt::format("{}", result->test_accuracy)}}};
  write_atomically(best_network, graph::to_onnx(model));
  log.info(fmt::format("the best network, trained: {}", best_network.string()));
}

/// Measures networks again, best first, until one keeps the limits; where none of them does, the
/// best is kept.
search::FinalRecord choose(const config::Configuration& configuration,
                           const search::SearchSetup& setup, const search::SearchSummary& summary,
                           Log& log, const std::stop_token& stop) {
  const std::string metric = latency_metric(configuration);
  const auto input = configuration.training() == nullptr && configuration.final->train
                         ? torch_module().input_of_training(*configuration.final->train)
                         : network_input(configuration).value();
  // A latency from a table is of another machine: its limits say nothing about this one.
  search::Problem limits;
  if (configuration.latency() != nullptr) limits.limits = setup.problem.limits;
  std::erase_if(limits.limits, [&](const search::Limit& limit) { return limit.metric != metric; });

  search::FinalRecord record;
  for (const std::size_t i :
       search::feasible_by_first_objective(summary.evaluations, setup.problem)) {
    if (stop.stop_requested() || record.rejected.size() == kCandidates) break;
    const search::EvaluationRecord& network = summary.evaluations[i];
    log.info(fmt::format("measuring the latency of {} again", network.architecture));
    const auto begin = Clock::now();
    const auto result = torch_module().measure_network(setup.space.network(network.genotype, input),
                                                       *configuration.final->measure);
    record.seconds += seconds_since(begin);
    search::FinalNetwork measured{
        network.architecture,
        {{metric, {.value = result.median_ms, .low = result.low_ms, .high = result.high_ms}}}};
    if (limits.violation(measured.metrics) == 0.0) {
      static_cast<search::FinalNetwork&>(record) = std::move(measured);
      return record;
    }
    log.warn(fmt::format("{:.3f} ms breaks the limit {}", result.median_ms,
                         limits.limits.front().to_string()));
    record.rejected.push_back(std::move(measured));
  }
  if (!stop.stop_requested()) {
    log.warn("no network keeps the limit when measured again; going on with the best");
    static_cast<search::FinalNetwork&>(record) = std::move(record.rejected.front());
    record.rejected.erase(record.rejected.begin());
  }
  return record;
}

}  // namespace

void run_final_stage(const config::Configuration& configuration, const search::SearchSetup& setup,
                     search::RunStore& store, const std::filesystem::path& best_network, Log& log,
                     const std::stop_token& stop) {
  if (!configuration.final) return;
  const search::SearchSummary summary = search::load_summary(store, setup.problem);
  if (!finished(summary.termination) || !summary.best) return;

  // A larger budget may have found a better network than the one that was chosen before.
  const std::string& best = summary.evaluations[*summary.best].architecture;
  search::FinalRecord record = summary.final.value_or(search::FinalRecord());
  if (record.architecture != best &&
      (record.rejected.empty() || record.rejected.front().architecture != best)) {
    record = {};
  }
  if (configuration.final->measure && !record.metrics.contains(latency_metric(configuration))) {
    search::FinalRecord chosen = choose(configuration, setup, summary, log, stop);
    if (stop.stop_requested()) return;
    // A training of the same network in an earlier session still holds.
    if (chosen.architecture == record.architecture) {
      chosen.metrics.merge(record.metrics);
      chosen.seconds += record.seconds;
    }
    record = std::move(chosen);
    store.set_final(record);
  }
  if (configuration.final->train && !record.metrics.contains(kTestAccuracy)) {
    if (record.architecture.empty()) record.architecture = best;
    const auto network = std::ranges::find(summary.evaluations, record.architecture,
                                           &search::EvaluationRecord::architecture);
    train(configuration, setup, *network, record, best_network, log, stop);
    if (stop.stop_requested()) return;
    store.set_final(record);
  }
}

}  // namespace evonas::cli
