#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "search/progress.hpp"
#include "search/session.hpp"

namespace evonas::search {

/// A stored run gone through once more: the algorithm is asked again for all of it and told the
/// stored labels, in a synchronous run generation by generation, in an asynchronous one in the
/// stored order of completion. What it asks, and the state after each generation, is compared with
/// what is stored. To be used from one thread; the algorithm works in the arena.
class RepeatedAsks {
 public:
  /// Receives a sentence for everything that is not as stored.
  using Report = std::function<void(const std::string&)>;

  /// The algorithm must not have been asked yet. Refers to its arguments.
  RepeatedAsks(const SearchSetup& setup, const StoredRun& run, Algorithm& algorithm,
               ThreadArena& arena, Report report)
      : setup_(setup),
        run_(run),
        algorithm_(algorithm),
        arena_(arena),
        report_(std::move(report)),
        progress_(setup.problem) {}

  /// Goes through the run; false where it could not be followed to its end.
  bool check();

 private:
  template <class... Arguments>
  void fault(fmt::format_string<Arguments...> text, Arguments&&... arguments) const {
    report_(fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  bool repeat_synchronous();
  bool repeat_asynchronous();
  bool check_ask(const AskRecord& ask, std::size_t begin);
  void check_origins(std::span<const EvaluationRecord> records,
                     std::span<const Origin> expected) const;
  void tell(std::span<const EvaluationRecord> records);
  void end_generation(std::uint64_t generation);
  void check_state(const GenerationRecord& stored, const GenerationRecord& expected) const;

  const SearchSetup& setup_;
  const StoredRun& run_;
  Algorithm& algorithm_;
  ThreadArena& arena_;
  Report report_;
  Progress progress_;
  std::vector<EvaluationRecord> told_;   ///< since the last generation ended
  std::vector<Individual> individuals_;  ///< of these
  double earlier_ = 0.0;                 ///< seconds into the run at which that was
};

}  // namespace evonas::search
