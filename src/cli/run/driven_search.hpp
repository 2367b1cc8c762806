#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/config/configuration.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
#include "report/report_data.hpp"
#include "search/ask_tell.hpp"
#include "search/run_store.hpp"

namespace evonas::cli {

/// How a driven search is run.
struct DrivenOptions {
  std::size_t threads = 0;  ///< 0 is one for each core
  bool shown = false;       ///< whether stderr tells how it goes, where there is a folder
};

/// The search of a configuration, run by a program: the metrics that the configuration says are
/// told come from it by ask and tell, everything else is as `evonas search` has it, the run folder
/// included. Begins with its construction, on a thread of its own. Safe from many threads.
class DrivenSearch {
 public:
  /// Begins a run in `folder`, as RunFolder::create() does; where it is empty nothing is kept, and
  /// the configuration must have no final stage. Throws FileError, SearchError and SpaceError.
  static std::unique_ptr<DrivenSearch> begin(config::Configuration configuration,
                                             const std::filesystem::path& folder,
                                             const DrivenOptions& options);
  /// Continues a run, as open_for_continuing() does.
  static std::unique_ptr<DrivenSearch> resume(const std::filesystem::path& folder,
                                              std::span<const std::string> overrides,
                                              const DrivenOptions& options);

  DrivenSearch(const DrivenSearch&) = delete;
  DrivenSearch& operator=(const DrivenSearch&) = delete;
  /// Stops the search; a run in a folder can be continued.
  ~DrivenSearch() = default;

  search::AskTell& search() { return *search_; }
  /// Whether what is told is kept in a folder.
  bool is_kept() const { return folder_.has_value(); }
  const config::Configuration& configuration() const { return configuration_; }
  const spaces::AnySpace& space() const { return space_; }

  /// The evaluations and screenings so far on which nothing is left to find out, in the order in
  /// which that was so.
  std::vector<search::EvaluationRecord> evaluations() const;
  /// Everything about the search once it has ended; null before, and where a fault has ended it.
  std::shared_ptr<const report::Run> result() const;

 private:
  class Recorder;

  DrivenSearch(config::Configuration configuration, std::optional<RunFolder> folder,
               std::optional<search::RunStore> store, const DrivenOptions& options);
  void run(const ToldSource& told, const std::stop_token& stop);
  report::Run run_in_memory(const ToldSource& told, const std::stop_token& stop);

  config::Configuration configuration_;
  std::optional<RunFolder> folder_;
  std::optional<search::RunStore> store_;
  DrivenOptions options_;
  spaces::AnySpace space_;
  mutable std::mutex mutex_;
  std::vector<search::EvaluationRecord> evaluations_;
  std::shared_ptr<const report::Run> result_;
  std::unique_ptr<search::AskTell> search_;  ///< last, so that its thread ends first
};

}  // namespace evonas::cli
