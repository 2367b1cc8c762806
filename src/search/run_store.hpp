#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/run_record.hpp"

namespace evonas::search {

/// The durable part of a run folder: `run.sqlite` (SQLite, WAL, synchronous FULL). Every value is
/// committed before the call that stores it returns; after any stop, `kill -9` included, what was
/// committed is there.
///
/// Tables: `manifest` (name, value), `evaluation` (one row an architecture), `measurement` (one row
/// a value: sources of one evaluation arrive one after the other), `generation`. Every row ends in
/// a `checksum` over its other columns, so that `evonas verify` finds altered ones; see
/// verify_checksums().
///
/// Throws SearchError with file and reason, a full disk included. Not thread-safe: the driver owns
/// it.
class RunStore {
 public:
  /// Creates the file in `folder`, which must not hold one yet.
  static RunStore create(const std::filesystem::path& folder);
  /// Opens that of an existing run and locks it against a second writer.
  static RunStore open(const std::filesystem::path& folder);
  /// Opens it for reading only.
  static RunStore open_read_only(const std::filesystem::path& folder);

  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) noexcept;
  ~RunStore();

  /// Named texts: the resolved configuration, seed, host, version, termination, seconds, ...
  void set(const std::string& name, const std::string& value);
  std::optional<std::string> get(const std::string& name) const;
  std::map<std::string, std::string> manifest() const;

  /// Adds the architectures of one ask, not yet evaluated.
  void add_generation(std::span<const EvaluationRecord> proposed);

  /// Stores what one source found out about evaluation `index` (metrics or a failure).
  void add_outcome(std::uint64_t index, const std::string& source,
                   const evaluation::Outcome& outcome);

  /// Marks a generation as complete.
  void finish_generation(const GenerationRecord& record);

  /// Everything stored, by index; metrics of all sources together.
  std::vector<EvaluationRecord> evaluations() const;
  /// The sources that have reported on each evaluation.
  std::vector<std::vector<std::string>> finished_sources() const;
  std::vector<GenerationRecord> generations() const;

  /// Sentences that name every row whose checksum does not match its contents; empty where all is
  /// well.
  std::vector<std::string> verify_checksums() const;

 private:
  struct State;
  explicit RunStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace evonas::search
