#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/config/predictor_experiment.hpp"
#include "cli/run/comparison_data.hpp"
#include "cli/run/predictor_sources.hpp"
#include "predictor/benchmark_results.hpp"
#include "report/report_data.hpp"

namespace evonas::cli {

/// Predictors compared on a table or on latencies, as a specification asks for it. Where it has a
/// folder, every fit is in results.json there as soon as it has been made, and is not made again.
class PredictorComparison {
 public:
  /// Reads the data, and what the folder has of an earlier comparison; without a folder (empty)
  /// nothing is kept. Throws as
  /// load_comparison_data() does.
  PredictorComparison(config::PredictorExperiment experiment, std::filesystem::path folder);

  const spaces::AnySpace& space() const { return compared_.space; }
  const config::PredictorExperiment& experiment() const { return experiment_; }
  const std::filesystem::path& folder() const { return folder_; }
  /// What was found in the folder.
  const predictor::BenchmarkResults::Restored& restored() const { return restored_; }
  const predictor::BenchmarkResults& results() const { return results_; }
  /// What learns nothing, to compare with (baselines.hpp).
  std::vector<predictor::BenchmarkRow> baselines() const;
  /// The rows of the result that lack fits, those first whose fits are expected to take the least
  /// time.
  struct Row {
    config::PredictorEntry entry;
    std::size_t train = 0;
  };
  std::vector<Row> missing_rows() const;

  /// Makes the missing fits of one row beside each other, on the threads of the arena that the
  /// caller is in; `on_progress` is told, from one thread at a time, the share from 0 to 1 that is
  /// done of the time that these fits and those of `later` rows take, as long as fits of the same
  /// model have taken, or as expected_fit_seconds() has it where there are none. Throws
  /// PredictorError, also where `stop` ends it, but not always: then fits are missing afterwards.
  void fit_row(const Row& row, std::span<const Row> later, const PredictorSource& source,
               const std::function<void(double)>& on_progress, const std::stop_token& stop);

  /// All that is known, for scripts: what results.json holds.
  nlohmann::json json() const;

  /// Writes results.json and experiment.yaml. To be called where there is a folder.
  void save() const;
  /// Writes results.md and report.html there too. Throws as LearntPredictors::embed() does.
  void save_report(const PredictorSources& sources) const;
  /// Whose networks lay out the map of the report page: the first entry that is pre-trained as it
  /// comes. Nothing where there is none, and statistics of graphs do.
  std::optional<config::PredictorEntry> map_entry() const;
  /// The noise ceiling of the labels and what differences from `against` are, in Markdown; empty
  /// where nothing is known.
  std::string markdown_notes() const;

 private:
  report::PredictorBenchmark page(const PredictorSources& sources) const;
  /// Adds where some of the architectures lie.
  void add_map(report::PredictorBenchmark& page, const PredictorSources& sources) const;
  /// Of one fit of that row.
  double expected_seconds(const Row& row) const;

  config::PredictorExperiment experiment_;
  std::filesystem::path folder_;
  ComparisonData compared_;
  predictor::BenchmarkResults results_;
  predictor::BenchmarkResults baselines_;
  predictor::BenchmarkResults::Restored restored_;
  double fit_seconds_ = 0.0;  ///< of the fits that it has made
};

/// Which columns a table of results has.
predictor::BenchmarkColumns columns_of(const config::PredictorExperiment& experiment);

}  // namespace evonas::cli
