#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "evaluation/simulated_fleet.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "search/driver.hpp"

namespace evonas::search {

/// Both drivers compared: the same search, of one metric of a table, by a simulated fleet.
struct FleetBenchmarkSetup {
  spaces::AnySpace space;
  std::shared_ptr<const evaluation::BenchmarkTable> table;
  Objective objective;         ///< a metric of the table
  AlgorithmOptions algorithm;  ///< its driver and seed are not read
  evaluation::FleetOptions fleet;
  std::int64_t evaluations = 5000;  ///< of a search
  std::int64_t seeds = 3;           ///< searches of each driver, with the seeds 1, 2, 3, ...
  bool stores = false;              ///< each search is kept in a run store, as a real one is
  std::size_t threads = 1;          ///< of the search itself
  PredictorMaker make_predictor;
};

/// What the searches of one driver come to; means over seeds.
struct FleetDriverResult {
  std::string driver;
  double seconds = 0.0;            ///< of the simulated clock
  double busy = 0.0;               ///< see evaluation::FleetUse
  double processor_seconds = 0.0;  ///< of the whole program during a search
  double core_share = 0.0;         ///< of one core, if these are used in the simulated time
  double peak_memory_mb = 0.0;     ///< of the program, the largest of all searches
  double memory_growth_mb = 0.0;   ///< from a tenth of the evaluations to the last
  double failures = 0.0;           ///< share of the evaluations
};

/// A regret that the synchronous driver has at some second of the simulated clock.
struct FleetLevel {
  double seconds = 0.0;
  double regret = 0.0;               ///< mean over seeds
  double asynchronous_regret = 0.0;  ///< at the same second
  /// Seconds to a regret as low, of each driver; nothing where the asynchronous one never has it.
  double synchronous_seconds = 0.0;
  std::optional<double> asynchronous_seconds;
};

struct FleetBenchmarkResult {
  bool complete = true;  ///< false, and nothing else there, where `stop` ended it early
  double optimum = 0.0;  ///< best value of the table
  FleetDriverResult synchronous;
  FleetDriverResult asynchronous;
  std::vector<FleetLevel> levels;  ///< at tenths of the shortest synchronous search
};

/// Searches with both drivers. Everything that is told but processor time, memory and what follows
/// from these is the same whenever and wherever it is run. `on_progress` (may be empty) receives
/// the numbers of finished and of all searches. Throws SearchError, EvaluationError.
FleetBenchmarkResult run_fleet_benchmark(
    const FleetBenchmarkSetup& setup,
    const std::function<void(std::size_t, std::size_t)>& on_progress, const std::stop_token& stop);

/// `{"optimum", "synchronous": {"seconds", "busy", "processor_seconds", "core_share",
/// "peak_memory_mb", "memory_growth_mb", "failures"}, "asynchronous": {...}, "levels": [{"seconds",
/// "regret", "asynchronous_regret", "synchronous_seconds", "asynchronous_seconds"}]}`.
nlohmann::json to_json(const FleetBenchmarkResult& result);

/// The same as two tables in Markdown.
std::string to_markdown(const FleetBenchmarkResult& result);

}  // namespace evonas::search
