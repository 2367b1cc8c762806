#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/config/configuration.hpp"
#include "report/report_data.hpp"
#include "search/driver.hpp"
#include "search/run_store.hpp"

namespace evonas::cli {

/// The folder of one search: config.yaml (with every default), run.sqlite, front.csv, summary.json,
/// report.html and log.txt, and best.onnx where the best network was trained once more. The store
/// is the run; all other files can be written again from it, but for the weights in best.onnx.
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path log_file() const { return path_ / "log.txt"; }
  /// The best network with the weights of the final training, where the run has one.
  std::filesystem::path best_network_file() const { return path_ / "best.onnx"; }

  /// Begins a run in the folder, which is created and must not hold anything else. Throws FileError
  /// or SearchError.
  search::RunStore create(const config::Configuration& configuration) const;

  /// Removes a run that has not asked for any evaluation yet, and its folder: one that could not
  /// be set up. What cannot be removed stays.
  void discard_beginning() const noexcept;

  /// Throws FileError where the space of the configuration is not the one that the run was begun
  /// in: where the declaration or the library has changed.
  void check_space(const search::RunStore& store, const config::Configuration& configuration) const;

  /// Opens the run for continuing it, or for reading only. Throws FileError where there is none,
  /// SearchError where another process is writing.
  search::RunStore open() const;
  search::RunStore open_read_only() const;

  /// The configuration that the run was begun with, as its store has it.
  static config::Configuration configuration(const search::RunStore& store);
  static std::string configuration_text(const search::RunStore& store);

  /// Puts another configuration into store and config.yaml.
  void set_configuration(search::RunStore& store, const config::Configuration& configuration) const;
  /// Writes config.yaml where it is missing, which it is where a run ended right after it began.
  /// Throws FileError where it is not what the store has.
  void restore_configuration(const search::RunStore& store) const;

  /// Everything a report tells.
  report::Run load(const search::RunStore& store, const search::SearchSetup& setup,
                   const config::Configuration& configuration) const;

  /// front.csv and summary.json as they follow from the store, by file name.
  static std::map<std::string, std::string> result_files(const report::Run& run);

  /// Writes front.csv, summary.json and report.html.
  void write_results(const report::Run& run) const;

  /// Sentences about files that are not what follows from the store; empty where all is well.
  std::vector<std::string> verify_files(const search::RunStore& store,
                                        const report::Run& run) const;

 private:
  search::RunStore open_with(search::RunStore (*opener)(const std::filesystem::path&)) const;

  std::filesystem::path path_;
};

/// The first of runs/NAME-1, runs/NAME-2, ... that does not exist.
std::filesystem::path next_run_folder(const std::string& name);

}  // namespace evonas::cli
