#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/parallel.hpp"
#include "search/driver.hpp"
#include "search/progress.hpp"
#include "search/session.hpp"

namespace evonas::search {

/// A search on its way, as far as it is the same for both drivers: what the store holds and gets,
/// the algorithm, limits, observers, times, and the end. A driver decides when to ask, when sources
/// are run and when a generation ends. To be used from one thread at a time.
class SearchRun {
 public:
  /// An architecture that was asked for.
  struct Entry {
    EvaluationRecord record;
    std::size_t reported = 0;  ///< sources that have
  };

  /// `setup` has been checked; `store` may be null. Refers to its arguments.
  SearchRun(const SearchSetup& setup, Algorithm& algorithm, RunStore* store,
            std::span<Observer* const> observers, std::stop_token stop);
  SearchRun(const SearchRun&) = delete;
  SearchRun& operator=(const SearchRun&) = delete;
  ~SearchRun() { algorithm_.watch_fits({}); }

  /// Reads what earlier sessions have stored, and notes that the search runs. Throws SearchError
  /// where that is damaged or of another setup.
  void begin_session();

  const SearchSetup& setup() const { return setup_; }
  /// What earlier sessions have stored.
  const StoredRun& stored() const { return stored_; }
  bool is_asked_to_stop() const { return stop_.stop_requested(); }
  const std::stop_token& stop() const { return stop_; }
  ThreadArena& arena() { return arena_; }

  /// The time from here to the end of what is returned goes to a part.
  PhaseClock::Scope time_of(double TimeSplit::*part) { return {clock_, part}; }

  /// Calls `call` with every observer.
  template <class Call>
  void tell(const Call& call) {
    for (Observer* observer : observers_) call(*observer);
  }

  /// Asks that the algorithm has answered; architectures in these answers; those of them that were
  /// finished (finish()) and were no screenings; all that were; generations that have ended.
  std::uint64_t asks() const { return asks_; }
  std::uint64_t asked() const { return asked_; }
  std::uint64_t evaluated() const { return evaluated_; }
  std::uint64_t finished() const { return records_.size(); }
  std::uint64_t generations() const { return generations_.size(); }

  /// Whether the next ask was made in an earlier session.
  bool is_ask_stored() const { return asks_ < stored_.asks.size(); }
  /// What the algorithm likes to have evaluated next, at least 1.
  std::size_t batch_size() const;

  /// Asks the algorithm for up to `count` architectures, and keeps them: those of a stored ask come
  /// with what is stored of them. None where the space holds no more. Throws SearchError where the
  /// algorithm repeats itself, or asks for others than it did.
  std::vector<Entry> ask(std::size_t count);

  /// Whether nothing is left to find out about it.
  bool is_complete(const Entry& entry) const;
  /// Whether this outcome of the source that comes next leaves nothing to find out about it.
  bool completes(const Entry& entry, const evaluation::Outcome& outcome) const;
  /// The position in SearchSetup::sources of the one that comes next; the entry is not complete.
  std::size_t next_source(const Entry& entry) const;

  /// Stores what a source has found out, and the completion of one of them where it is given.
  void store_outcomes(const Source& source, std::span<const IndexedOutcome> outcomes,
                      const std::optional<CompletionRecord>& completion = {});
  /// Adds it to the entry, and tells the observers.
  void receive(const Source& source, Entry& entry, const evaluation::Outcome& outcome);

  /// Tells a source what it found out about the evaluations from `first` to before `end` in earlier
  /// sessions, where it knew values on the way.
  void recall(const Source& source, std::uint64_t first, std::uint64_t end);

  /// Takes complete entries into account, and tells the algorithm.
  void finish(std::vector<Entry> entries);
  /// Whether anything was finished since the last generation ended.
  bool is_generation_open() const { return !individuals_.empty(); }
  /// Ends a generation of all that were finished since the last one ended.
  void end_generation();

  /// Why nothing more is begun where so many evaluations have been begun; nothing where it goes on.
  std::optional<Termination> reason_to_end(std::uint64_t evaluations) const;

  /// Ends the session. `untold` are complete entries that the algorithm was not told of.
  SearchSummary end(Termination termination, std::vector<Entry> untold = {});
  /// Notes what has ended the session. Best effort: where the store itself is the fault, nothing
  /// more can be written to it.
  void note_fault(const std::string& what) noexcept;

 private:
  template <class Call>
  auto in_algorithm(const Call& call);
  TimeSplit times() const;
  bool is_training_spent() const;
  std::vector<EvaluationRecord> records_of(std::span<const spaces::Genotype> genotypes) const;
  void complete_origins(std::vector<EvaluationRecord>& records);
  void refuse_other_records(const std::vector<EvaluationRecord>& records) const;
  bool is_over(Termination termination) const;
  std::string describe_end(Termination termination) const;
  /// Why the last of the evaluations that failed, and were not stopped early, did so; there is one.
  std::string last_failure() const;
  void note_learnt(SearchSummary& summary);

  const SearchSetup& setup_;
  Algorithm& algorithm_;
  RunStore* store_;
  std::span<Observer* const> observers_;
  std::stop_token stop_;
  ThreadArena arena_;
  Progress progress_;
  PhaseClock clock_;
  std::vector<std::vector<std::size_t>> sources_of_;  ///< by rung

  StoredRun stored_;
  /// By source and evaluation, of earlier sessions; see RunStore::outcomes_by_epoch().
  std::map<std::string, std::map<std::uint64_t, evaluation::Outcome>> earlier_;
  std::uint64_t asks_ = 0;
  std::uint64_t asked_ = 0;
  std::map<std::uint32_t, std::unordered_set<Key>> known_;  ///< what was asked for, by rung
  std::vector<EvaluationRecord> records_;                   ///< of all that were finished
  std::vector<Individual> individuals_;  ///< of those since the last generation ended
  std::vector<GenerationRecord> generations_;
  std::uint64_t evaluated_ = 0;    ///< without the screenings
  std::uint64_t failures_ = 0;     ///< with them, without those that were stopped early
  double training_seconds_ = 0.0;  ///< with them; those of earlier sessions too
  bool observer_ended_ = false;
};

}  // namespace evonas::search
