#pragma once

#include <span>
#include <vector>

#include "search/search_run.hpp"

namespace evonas::search {

/// Evaluates what the algorithm likes to have evaluated at once, a generation, before it is asked
/// again. Refers to its argument, whose session has begun.
class SynchronousDriver {
 public:
  explicit SynchronousDriver(SearchRun& run) : run_(run) {}

  /// Searches to the end.
  SearchSummary run();

 private:
  using Entry = SearchRun::Entry;

  std::size_t ask_size() const;
  bool propose();
  bool evaluate();
  bool evaluate_with(const Source& source, std::span<const std::size_t> positions);
  SearchSummary end(Termination termination);

  SearchRun& run_;
  std::vector<Entry> entries_;  ///< of the present generation
};

}  // namespace evonas::search
