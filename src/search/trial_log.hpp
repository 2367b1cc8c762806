#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "search/algorithm.hpp"
#include "search/file_lock.hpp"

namespace evonas::search {

/// What the searches of a benchmark have yielded, kept in `searches.jsonl` of its folder as they
/// end, so that a benchmark that was stopped makes none of them again: a line a search, `{"key",
/// "algorithm", "seed", ...}`. The key is the identity of everything that decides how the search
/// goes, so those of another experiment in the same file are never taken for its own. A line that
/// cannot be read, as the last one may be after a kill, is as if it were not there.
///
/// The file is made when it is first needed. Not safe for concurrent calls.
class TrialLog {
 public:
  /// `context` is what decides how searches go and no setup of a benchmark says: the version of the
  /// program, the options of the space.
  TrialLog(const std::filesystem::path& folder, std::string context);

  /// What `parse` (JSON to an optional) makes of what is kept of the search that `description`
  /// tells apart from all others; nothing where it is not there. Throws SearchError where the file
  /// cannot be read or written, or another process has it.
  template <class Parse>
  auto find(const std::string& description, const Parse& parse) {
    const nlohmann::json* kept = look_up(description);
    decltype(parse(*kept)) trial;
    if (kept != nullptr) trial = parse(*kept);
    if (trial) ++found_;
    return trial;
  }

  /// Keeps what a search has yielded, an object. Throws as find() does; all before it stay kept.
  void add(const std::string& description, const AlgorithmOptions& options, nlohmann::json trial);

  const std::filesystem::path& file() const { return file_; }
  /// How many searches find() has found.
  std::size_t found() const { return found_; }

 private:
  void open();
  /// Null where it is not there.
  const nlohmann::json* look_up(const std::string& description);
  std::string key_of(const std::string& description) const;

  std::filesystem::path file_;
  std::string context_;
  std::optional<FileLock> lock_;  ///< while the file is open
  std::map<std::string, nlohmann::json> trials_;
  std::size_t found_ = 0;
};

/// What a guided search knows of every candidate: metrics and their cost classes.
std::string describe_guidance(const Guidance& guidance);

/// One search of a benchmark: space, problem, options of the algorithm, its seed.
std::string describe_trial(const spaces::AnySpace& space, const Problem& problem,
                           const AlgorithmOptions& options);

}  // namespace evonas::search
