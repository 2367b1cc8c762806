#include "search/driver.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "search/progress.hpp"
#include "search/session.hpp"

namespace evonas::search {
namespace {

using evaluation::Outcome;

/// How often the commits of a search without expensive sources are made durable. What is lost by a
/// kill in between costs no more than this to do again.
constexpr double kCommitSeconds = 0.25;
constexpr std::uint64_t kFewestForGivingUp = 10;

class Search {
 public:
  Search(const SearchSetup& setup, Algorithm& algorithm, RunStore* store,
         std::span<Observer* const> observers, std::stop_token stop)
      : setup_(setup),
        algorithm_(algorithm),
        store_(store),
        observers_(observers),
        stop_(std::move(stop)),
        arena_(setup.threads),
        progress_(setup.problem),
        sources_of_(sources_by_rung(setup)) {}

  SearchSummary run() {
    begin_session();
    try {
      while (true) {
        if (const auto reason = reason_to_end()) return end(*reason);
        if (!propose()) return end(Termination::SpaceExhausted);
        if (!evaluate()) return end(Termination::Interrupted);
        finish_generation();
      }
    } catch (const std::exception& error) {
      note_fault(error.what());
      throw;
    }
  }

 private:
  /// An architecture of the present generation.
  struct Entry {
    EvaluationRecord record;
    std::size_t reported = 0;  ///< sources that have
  };

  template <class Call>
  void tell(const Call& call) {
    for (Observer* observer : observers_) call(*observer);
  }

  /// The wall time of the run so far, all sessions together.
  TimeSplit times() const {
    TimeSplit times = clock_.split();
    const LearningTime learning = algorithm_.learning_time();
    times.fit += learning.fit;
    times.score += learning.score;
    times.breed = std::max(0.0, times.breed - learning.fit - learning.score);
    return times;
  }

  /// Positions of the sources that are asked about it.
  const std::vector<std::size_t>& sources_of(const Entry& entry) const {
    return sources_of_[entry.record.rung];
  }

  bool complete(const Entry& entry) const {
    return !entry.record.ok() || entry.reported == sources_of(entry).size();
  }

  /// Whether the next generation was asked for in an earlier session.
  bool is_stored() const { return generation_ < stored_.asks.size(); }

  void begin_session() {
    if (store_ == nullptr) return;
    const std::map<std::string, std::string> present = describe_setup(setup_);
    if (store_->get("search.sources")) {
      refuse_other_setup(*store_, present);
      const std::vector<std::string> faults = store_->verify_checksums();
      if (!faults.empty()) {
        throw SearchError(fmt::format("the run cannot be continued, its store was altered: {}{}",
                                      faults.front(),
                                      faults.size() > 1 ? " (and more; see `evonas verify`)" : ""));
      }
      stored_ = read_run(*store_);
      // What the genes matter follows from the end of a run, which is still to come.
      if (!stored_.gene_importance.empty()) store_->set_gene_importance({});
      clock_.add(store_->times().value_or(TimeSplit{.rest = store_->seconds()}));
      std::uint64_t known = 0;
      for (std::size_t i = 0; i < stored_.evaluations.size(); ++i) {
        known += stored_.complete(i) && stored_.evaluations[i].rung == 0 ? 1 : 0;
      }
      tell([&](Observer& observer) { observer.on_resume(known); });
    }
    std::map<std::string, std::string> entries = present;
    entries["termination"] = to_string(Termination::Running);
    entries["message"] =
        "the search runs, or was stopped before it could say why; `evonas resume` "
        "continues it";
    store_->set(entries);
    // Cheap values may be lost by a kill, because they are had again at once.
    const bool any_expensive = std::ranges::any_of(
        setup_.sources, [](const Source& source) { return is_expensive(*source.evaluator); });
    if (!any_expensive) store_->group_commits(kCommitSeconds);
  }

  bool training_is_spent() const {
    return setup_.budget.training_seconds > 0.0 &&
           training_seconds_ >= setup_.budget.training_seconds;
  }

  /// What is stored is told to the end before anything else is considered.
  std::optional<Termination> reason_to_end() const {
    if (is_stored()) return std::nullopt;
    const auto count = static_cast<double>(records_.size());
    if (records_.size() >= kFewestForGivingUp &&
        static_cast<double>(failures_) > setup_.budget.failure_share * count) {
      return Termination::TooManyFailures;
    }
    if (setup_.budget.evaluations > 0 &&
        evaluated_ >= static_cast<std::uint64_t>(setup_.budget.evaluations)) {
      return Termination::Budget;
    }
    if (setup_.budget.seconds > 0.0 && times().total() >= setup_.budget.seconds) {
      return Termination::Budget;
    }
    if (training_is_spent()) return Termination::Budget;
    if (observer_ended_ || stop_.stop_requested()) return Termination::Interrupted;
    return std::nullopt;
  }

  std::size_t ask_size() const {
    if (is_stored()) return stored_.asks[generation_].asked;
    const std::size_t liked = std::max<std::size_t>(algorithm_.batch_size(), 1);
    if (setup_.budget.evaluations == 0) return liked;
    return std::min(liked, std::size_t(setup_.budget.evaluations) - evaluated_);
  }

  /// Runs a call of the algorithm.
  template <class Call>
  auto in_algorithm(const Call& call) {
    const PhaseClock::Scope breeding(clock_, &TimeSplit::breed);
    return arena_.execute(call);
  }

  /// False where the space holds no more.
  bool propose() {
    const AskRecord ask{generation_, ask_size(), 0};
    const std::vector<spaces::Genotype> genotypes =
        in_algorithm([&] { return algorithm_.ask(ask.asked); });
    std::vector<EvaluationRecord> records = records_of(genotypes);
    if (is_stored()) {
      refuse_other_records(records);
    } else if (genotypes.empty()) {
      return false;
    }
    entries_.clear();
    for (const EvaluationRecord& record : records) {
      if (known_[record.rung].insert(identity_of(record, setup_.algorithm)).second) continue;
      throw SearchError(
          fmt::format("the algorithm asked for the architecture {} twice, which it must not do",
                      record.architecture));
    }
    if (is_stored()) {
      complete_origins(records);
      for (EvaluationRecord& record : records) {
        const EvaluationRecord& stored = stored_.evaluations[record.index];
        record.metrics = stored.metrics;
        record.failure = stored.failure;
        record.seconds = stored.seconds;
        entries_.push_back({std::move(record), stored_.reported[stored.index]});
      }
    } else {
      if (store_ != nullptr) {
        store_->add_generation({generation_, ask.asked, records.size()}, records);
      }
      for (EvaluationRecord& record : records) entries_.push_back({std::move(record), 0});
    }
    tell([&](Observer& observer) { observer.on_generation_begin(generation_, entries_.size()); });
    for (const Entry& entry : entries_) {
      if (complete(entry)) tell([&](Observer& observer) { observer.on_evaluation(entry.record); });
    }
    return true;
  }

  /// The architectures of the last ask with what the algorithm says of them.
  std::vector<EvaluationRecord> records_of(std::span<const spaces::Genotype> genotypes) const {
    std::vector<EvaluationRecord> records;
    std::vector<Forecast> forecasts = algorithm_.forecasts();
    forecasts.resize(genotypes.size());
    const std::vector<Origin> origins = algorithm_.origins();
    const std::vector<std::uint32_t> rungs = algorithm_.rungs();
    for (std::size_t i = 0; i < genotypes.size(); ++i) {
      records.push_back(
          propose_record(setup_.space, genotypes[i], records_.size() + i, generation_));
      records.back().forecast = std::move(forecasts[i]);
      if (!origins.empty()) records.back().origin = origins.at(i);
      if (!rungs.empty()) records.back().rung = rungs.at(i);
      if (records.back().rung >= sources_of_.size()) {
        throw SearchError(fmt::format("the algorithm asks for rung {}, and there are {} screenings",
                                      records.back().rung, sources_of_.size() - 1));
      }
    }
    return records;
  }

  /// What was stored stays as it is; an evonas that did not note origins may have begun the run.
  void complete_origins(std::vector<EvaluationRecord>& records) {
    std::vector<EvaluationRecord> unknown;
    for (EvaluationRecord& record : records) {
      const std::optional<Origin>& stored = stored_.evaluations[record.index].origin;
      if (stored) {
        record.origin = stored;
      } else if (record.origin) {
        unknown.push_back(record);
      }
    }
    if (!unknown.empty()) store_->add_origins(unknown);
  }

  void refuse_other_records(const std::vector<EvaluationRecord>& records) const {
    const AskRecord& ask = stored_.asks[generation_];
    bool equal = records.size() == ask.proposed;
    for (std::size_t i = 0; equal && i < records.size(); ++i) {
      const EvaluationRecord& stored = stored_.evaluations[records[i].index];
      equal = records[i].genotype == stored.genotype && records[i].rung == stored.rung;
    }
    if (equal) return;
    throw SearchError(fmt::format(
        "{}: in generation {} the algorithm asks for other architectures than it did; continue the "
        "run with the configuration and the version of evonas that began it",
        store_->file().string(), generation_));
  }

  /// False where it was stopped before every source had reported.
  bool evaluate() {
    const PhaseClock::Scope evaluating(clock_, &TimeSplit::evaluate);
    for (std::size_t source = 0; source < setup_.sources.size(); ++source) {
      std::vector<std::size_t> positions;
      for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        if (!complete(entry) && sources_of(entry)[entry.reported] == source) positions.push_back(i);
      }
      if (positions.empty()) continue;
      if (stop_.stop_requested() || !evaluate_with(setup_.sources[source], positions)) return false;
    }
    return true;
  }

  bool evaluate_with(const Source& source, const std::vector<std::size_t>& positions);

  void store_outcomes(const Source& source, std::span<const IndexedOutcome> outcomes) {
    if (store_ != nullptr) store_->add_outcomes(source.name, outcomes, times());
  }

  void receive(const Source& source, Entry& entry, const Outcome& outcome) {
    EvaluationRecord& record = entry.record;
    for (const auto& [metric, value] : outcome.metrics) record.metrics[metric] = value;
    record.failure = outcome.failure;
    record.seconds += outcome.seconds;
    ++entry.reported;
    tell([&](Observer& observer) { observer.on_outcome(source.name, record.index, outcome); });
    if (complete(entry)) tell([&](Observer& observer) { observer.on_evaluation(record); });
  }

  void finish_generation() {
    const std::size_t begin = records_.size();
    for (Entry& entry : entries_) {
      training_seconds_ += entry.record.seconds;
      failures_ += entry.record.ok() ? 0 : 1;
      records_.push_back(std::move(entry.record));
    }
    entries_.clear();
    const auto records = std::span<const EvaluationRecord>(records_).subspan(begin);
    const std::vector<Individual> individuals =
        to_individuals(records, setup_.problem, setup_.algorithm.guidance.screening);
    in_algorithm([&] { algorithm_.tell(individuals); });
    GenerationRecord state = progress_.add(generation_, records, individuals);
    evaluated_ = state.evaluations;
    if (generation_ < stored_.generations.size()) {
      state.seconds = stored_.generations[generation_].seconds;
    } else {
      const TimeSplit now = times();
      state.seconds = now.total();
      if (store_ != nullptr) store_->finish_generation(state, now);
    }
    generations_.push_back(state);
    ++generation_;
    tell([&](Observer& observer) {
      if (observer.on_generation_end(state) == Verdict::Stop) observer_ended_ = true;
    });
  }

  std::string describe_end(Termination termination) const {
    const auto count = static_cast<std::size_t>(
        std::ranges::count(records_, std::uint32_t{0}, &EvaluationRecord::rung));
    switch (termination) {
      case Termination::SpaceExhausted:
        return fmt::format("no further architecture was found after {} evaluations", count);
      case Termination::TooManyFailures: {
        const auto last = std::ranges::find_if(records_.rbegin(), records_.rend(),
                                               [](const auto& record) { return !record.ok(); });
        return fmt::format(
            "{} of {} evaluations{} failed, more than the share of {} that "
            "`budget.failure_share` allows; the last reason: {}",
            failures_, records_.size(), count < records_.size() ? " and screenings" : "",
            setup_.budget.failure_share, last->failure);
      }
      case Termination::Interrupted:
        return fmt::format("interrupted after {} evaluations; `evonas resume` continues", count);
      default:
        break;
    }
    if (setup_.budget.evaluations > 0 && count >= std::size_t(setup_.budget.evaluations)) {
      return fmt::format("all {} evaluations of the budget are done", count);
    }
    if (training_is_spent()) {
      return fmt::format(
          "the budget of {} s of training is used up after {} evaluations of {:.6g} s",
          setup_.budget.training_seconds, count, training_seconds_);
    }
    return fmt::format("the budget of {} s is used up after {} evaluations", setup_.budget.seconds,
                       count);
  }

  /// What the genes matter, stored.
  GeneImportances gene_importance() {
    const PhaseClock::Scope scoring(clock_, &TimeSplit::score);
    GeneImportances importance = arena_.execute([&] { return algorithm_.gene_importance(); });
    if (store_ != nullptr && !importance.empty()) store_->set_gene_importance(importance);
    return importance;
  }

  SearchSummary end(Termination termination) {
    for (Entry& entry : entries_) {
      if (complete(entry)) records_.push_back(std::move(entry.record));
    }
    SearchSummary summary;
    summary.termination = termination;
    summary.message = describe_end(termination);
    summary.seed = setup_.algorithm.seed;
    if (termination == Termination::Budget) summary.gene_importance = gene_importance();
    summary.times = times();
    summary.seconds = summary.times->total();
    if (store_ != nullptr) {
      store_->end_session({{"termination", to_string(termination)}, {"message", summary.message}},
                          *summary.times);
      store_->flush();
      summary.final = store_->final();
    }
    sort_into(summary, std::move(records_));
    summary.generations = std::move(generations_);
    summarise(setup_.problem, summary);
    return summary;
  }

  /// Best effort: where the store itself is the fault, nothing more can be written to it.
  void note_fault(const std::string& what) noexcept {
    if (store_ == nullptr) return;
    try {
      store_->end_session({{"termination", to_string(Termination::Interrupted)}, {"message", what}},
                          times());
      store_->flush();
    } catch (const std::exception&) {
      return;
    }
  }

  const SearchSetup& setup_;
  Algorithm& algorithm_;
  RunStore* store_;
  std::span<Observer* const> observers_;
  std::stop_token stop_;
  ThreadArena arena_;
  Progress progress_;
  PhaseClock clock_;
  std::vector<std::vector<std::size_t>> sources_of_;  ///< by rung
  double training_seconds_ = 0.0;  ///< of all evaluations, those of earlier sessions too

  StoredRun stored_;
  std::uint64_t generation_ = 0;
  std::vector<Entry> entries_;
  std::vector<EvaluationRecord> records_;  ///< of all evaluations and screenings
  std::vector<GenerationRecord> generations_;
  std::map<std::uint32_t, std::unordered_set<Key>> known_;  ///< what was asked for, by rung
  std::uint64_t evaluated_ = 0;                             ///< without the screenings
  std::uint64_t failures_ = 0;                              ///< with them
  bool observer_ended_ = false;
};

bool Search::evaluate_with(const Source& source, const std::vector<std::size_t>& positions) {
  std::vector<evaluation::Candidate> block;
  for (const std::size_t i : positions) {
    block.push_back(to_candidate(entries_[i].record, setup_.algorithm.seed));
  }
  const std::vector<evaluation::Metric> metrics = source.evaluator->metrics();
  const bool at_once = is_expensive(*source.evaluator);
  tell([&](Observer& observer) { observer.on_source_begin(source.name, block.size()); });

  // An exception must not travel through the threads of an evaluator: it stops the block instead.
  std::stop_source halt;
  const std::stop_callback forward(stop_, [&] { halt.request_stop(); });
  std::exception_ptr fault;
  std::vector<IndexedOutcome> waiting;
  std::vector<bool> arrived(block.size(), false);
  const auto sink = [&](std::size_t position, Outcome outcome) {
    if (fault) return;
    try {
      if (position >= block.size() || arrived[position]) {
        throw SearchError(fmt::format(
            "the source '{}' reported on candidate {} of {} twice or without being asked",
            source.name, position, block.size()));
      }
      Entry& entry = entries_[positions[position]];
      const std::vector<IndexedOutcome> one{
          {entry.record.index, checked(std::move(outcome), source.name, metrics)}};
      if (at_once) {
        store_outcomes(source, one);
        receive(source, entry, one.front().outcome);
      } else {
        waiting.push_back(one.front());
      }
      arrived[position] = true;
    } catch (...) {
      fault = std::current_exception();
      halt.request_stop();
    }
  };
  if (at_once) {
    source.evaluator->evaluate(block, sink, halt.get_token());
  } else {
    arena_.execute([&] { source.evaluator->evaluate(block, sink, halt.get_token()); });
  }
  if (fault) std::rethrow_exception(fault);

  std::ranges::sort(waiting, {}, &IndexedOutcome::index);
  if (!waiting.empty()) store_outcomes(source, waiting);
  for (const IndexedOutcome& one : waiting) {
    receive(source, entries_[one.index - entries_.front().record.index], one.outcome);
  }
  const auto missing = std::ranges::count(arrived, false);
  if (missing > 0 && !halt.stop_requested()) {
    throw SearchError(fmt::format("the source '{}' left {} of {} candidates without an outcome",
                                  source.name, missing, block.size()));
  }
  return missing == 0;
}

}  // namespace

SearchSummary run_search(const SearchSetup& setup, Algorithm& algorithm, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop) {
  check_setup(setup);
  return Search(setup, algorithm, store, observers, std::move(stop)).run();
}

SearchSummary run_search(const SearchSetup& setup, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop) {
  check_setup(setup);
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(setup.algorithm, setup.space, setup.problem, guidance_of(setup));
  return run_search(setup, *algorithm, store, observers, std::move(stop));
}

}  // namespace evonas::search
