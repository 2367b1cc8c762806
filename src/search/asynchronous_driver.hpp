#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "search/search_run.hpp"

namespace evonas::search {

/// Asks the algorithm for one more architecture whenever the source that takes long has room for
/// it, with what is known by then, and tells it of each as it is complete, so that workers of
/// unequal speed stay busy (asynchronous steady-state evolution: Scott and De Jong, "Understanding
/// simple asynchronous evolutionary algorithms", FOGA 2015). Sources that answer at once are asked
/// within.
///
/// Asks and completions follow from the order of completion, which is stored: a session that goes
/// on repeats both, hands out what was under way, and goes on from there. Refers to its argument,
/// whose session has begun.
class AsynchronousDriver {
 public:
  explicit AsynchronousDriver(SearchRun& run);

  /// Searches to the end.
  SearchSummary run();

 private:
  using Entry = SearchRun::Entry;

  void repeat_stored();
  void evaluate();
  std::optional<evaluation::Candidate> next();
  bool ask(std::size_t count);
  bool advance(std::uint64_t index);
  evaluation::Outcome evaluate_now(const Source& source, const Entry& entry);
  void report(const Source& source, std::uint64_t index, evaluation::Outcome outcome);
  void finish(std::uint64_t index);
  void begin_generation();
  SearchSummary end();

  SearchRun& run_;
  const Source* slow_ = nullptr;           ///< the source that takes long; null where none does
  std::map<std::uint64_t, Entry> open_;    ///< asked for and not complete, by index
  std::deque<std::uint64_t> waiting_;      ///< those of them that no source has been asked about
  std::vector<std::uint64_t> handed_out_;  ///< to the source that takes long, in order
  std::uint64_t generation_end_ = 0;       ///< evaluations at the end of the present generation
  std::optional<Termination> reason_;      ///< why nothing more is begun
};

}  // namespace evonas::search
