#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/run_record.hpp"

namespace evonas::search {

/// How many architectures to be evaluated an algorithm was asked for, and how many it gave, for
/// evaluation or to be screened.
struct AskRecord {
  std::uint64_t generation = 0;
  std::uint64_t asked = 0;
  std::uint64_t proposed = 0;

  bool operator==(const AskRecord&) const = default;
};

/// When nothing was left to find out about an evaluation of an asynchronous run.
struct CompletionRecord {
  std::uint64_t place = 0;  ///< in the order of completion, from 0
  std::uint64_t evaluation = 0;
  std::uint64_t asks = 0;  ///< that were made before the algorithm was told of it

  bool operator==(const CompletionRecord&) const = default;
};

/// What a source found out about the evaluation `index`.
struct IndexedOutcome {
  std::uint64_t index = 0;
  evaluation::Outcome outcome;
};

/// The durable part of a run folder: `run.sqlite` (SQLite, WAL, synchronous FULL). Every value is
/// committed before the call that stores it returns (unless group_commits() says otherwise); after
/// any stop, `kill -9` included, what was committed is there.
///
/// Tables: `manifest` (name, value), `ask` (what the algorithm was asked for), `evaluation` (one
/// row an architecture that is evaluated or screened), `screening` (one row for each of these that
/// is screened: its rung), `origin` (at most one row for each of them: how the algorithm came by
/// it), `forecast` (one row a value that was expected of it), `outcome` (one row an evaluation and
/// source: sources of one evaluation report one after the other), `measurement` (one row a value),
/// `by_epoch` (one row a value that was known on the way to an outcome), `completion` (of an
/// asynchronous run, one row a complete evaluation: their order), `generation`, `importance` (one
/// row a metric and gene: what the genes matter to a predictor), `final` (what was found out after
/// the search). Every row ends in a `checksum` over its other columns, and `seal` holds the number
/// and the sum of the checksums of each table, so that `evonas verify` finds rows that were
/// altered, added or taken away.
///
/// Throws SearchError with file and reason, a full disk included; what was stored before is intact
/// then. Not thread-safe: the driver owns it.
class RunStore {
 public:
  /// Creates the file in `folder` (created where missing), which must not hold one yet, with these
  /// manifest entries in it: there is either a run with all of them or none.
  static RunStore create(const std::filesystem::path& folder,
                         const std::map<std::string, std::string>& manifest = {});
  /// Opens that of an existing run and locks it against a second writer. One of an earlier format
  /// gets the tables that it lacks.
  static RunStore open(const std::filesystem::path& folder);
  /// Opens it for reading only, also while another process writes; shows what was stored then.
  static RunStore open_read_only(const std::filesystem::path& folder);
  /// Whether `folder` holds a run; one whose creation was cut short is none.
  static bool exists(const std::filesystem::path& folder);

  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) noexcept;
  ~RunStore();

  const std::filesystem::path& file() const;

  /// Named texts: the resolved configuration, host, version, termination, seconds, ... Those that
  /// begin with "search." are the driver's, and so are termination, seconds, times, message and
  /// predicted_front.
  void set(const std::string& name, const std::string& value);
  /// Several at once: all of them or none.
  void set(const std::map<std::string, std::string>& entries);
  std::optional<std::string> get(const std::string& name) const;
  std::map<std::string, std::string> manifest() const;

  /// From now on what is stored may become durable up to so many seconds late, in its order, and
  /// much faster: for values that are had again at once. flush() makes all of it durable.
  void group_commits(double seconds);
  void flush();

  /// Adds the architectures of one ask, not yet evaluated, those to be screened among them.
  void add_generation(const AskRecord& ask, std::span<const EvaluationRecord> proposed);

  /// Adds the origins of evaluations that are there without one.
  void add_origins(std::span<const EvaluationRecord> records);

  /// Stores what one source found out about evaluations (metrics or a failure), in one commit that
  /// also notes the wall time of the run so far, and the completion of one of them where it is
  /// given.
  void add_outcomes(const std::string& source, std::span<const IndexedOutcome> outcomes,
                    const TimeSplit& run_times,
                    const std::optional<CompletionRecord>& completion = {});

  /// Marks a generation as complete, and notes the wall time of the run so far.
  void finish_generation(const GenerationRecord& record, const TimeSplit& run_times);

  /// Sets named texts, all of them or none, and notes the wall time of the run so far.
  void end_session(const std::map<std::string, std::string>& entries, const TimeSplit& run_times);

  /// Stores what the genes matter; what is there is replaced.
  void set_gene_importance(const GeneImportances& importance);
  GeneImportances gene_importance() const;

  /// Stores the result of the final training; one that is there is replaced.
  void set_final(const FinalRecord& record);
  std::optional<FinalRecord> final() const;

  /// Everything stored, by index; metrics of all sources together.
  std::vector<EvaluationRecord> evaluations() const;
  /// The sources that have reported on each evaluation, by index; names in order.
  std::vector<std::vector<std::string>> finished_sources() const;
  /// The outcomes of a source that come with values on the way, by the index of the evaluation.
  std::map<std::uint64_t, evaluation::Outcome> outcomes_by_epoch(const std::string& source) const;
  std::vector<AskRecord> asks() const;
  /// By place; none in a synchronous run.
  std::vector<CompletionRecord> completions() const;
  std::vector<GenerationRecord> generations() const;

  /// Wall time of the run so far, all sessions together.
  double seconds() const;
  /// What it went to; nothing where an evonas that did not note it wrote the store.
  std::optional<TimeSplit> times() const;

  /// Sentences that name every row whose checksum does not match its contents and every table with
  /// other rows than were stored; empty where all is well.
  std::vector<std::string> verify_checksums() const;

 private:
  struct State;
  explicit RunStore(std::unique_ptr<State> state);
  SearchError missing_evaluation(std::uint64_t index) const;
  std::unique_ptr<State> state_;
};

}  // namespace evonas::search
