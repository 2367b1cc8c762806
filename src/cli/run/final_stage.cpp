#include "cli/run/final_stage.hpp"

#include <chrono>
#include <functional>

#include <fmt/format.h>

#include "base/random.hpp"
#include "cli/run/network_sources.hpp"
#include "cli/run/progress.hpp"
#include "cli/run/setup.hpp"

namespace evonas::cli {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool finished(search::Termination termination) {
  return termination == search::Termination::Budget ||
         termination == search::Termination::SpaceExhausted;
}

void train(const config::Configuration& configuration, const search::SearchSetup& setup,
           const search::EvaluationRecord& best, search::FinalRecord& record, Log& log,
           const std::stop_token& stop) {
  const evaluation::TrainingOptions& options = *configuration.final->train;
  log.info(fmt::format("training the best network once more, for {} epochs", options.epochs));
  const std::uint64_t seed = derive_seed(configuration.search.seed, "final", best.key.low);
  const auto begin = Clock::now();
  const auto result = train_network(
      setup.space, best.genotype, options, configuration.search.seed, seed, stop,
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
  record.seconds += result->seconds;
}

void measure(const config::Configuration& configuration, const search::SearchSetup& setup,
             const search::EvaluationRecord& best, search::FinalRecord& record, Log& log) {
  log.info("measuring the latency of the best network again");
  const auto begin = Clock::now();
  const auto input = configuration.training() == nullptr && configuration.final->train
                         ? input_of_training(*configuration.final->train)
                         : network_input(configuration).value();
  const auto result =
      measure_network(setup.space.network(best.genotype, input), *configuration.final->measure);
  record.metrics[latency_metric(configuration)] = {
      .value = result.median_ms, .low = result.low_ms, .high = result.high_ms};
  record.seconds += seconds_since(begin);
}

}  // namespace

void run_final_stage(const config::Configuration& configuration, const search::SearchSetup& setup,
                     search::RunStore& store, Log& log, const std::stop_token& stop) {
  if (!configuration.final) return;
  const search::SearchSummary summary = search::load_summary(store, setup.problem);
  if (!finished(summary.termination) || !summary.best) return;
  const search::EvaluationRecord& best = summary.evaluations[*summary.best];

  search::FinalRecord record;
  // A larger budget may have found a better network than the one that was trained before.
  if (summary.final && summary.final->architecture == best.architecture) record = *summary.final;
  record.architecture = best.architecture;

  if (configuration.final->train && !record.metrics.contains(kTestAccuracy)) {
    train(configuration, setup, best, record, log, stop);
    if (stop.stop_requested()) return;
    store.set_final(record);
  }
  if (configuration.final->measure && !record.metrics.contains(latency_metric(configuration))) {
    measure(configuration, setup, best, record, log);
    store.set_final(record);
  }
}

}  // namespace evonas::cli
