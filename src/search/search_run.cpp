#include "search/search_run.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace evonas::search {
namespace {

/// How often the commits of a search without expensive sources are made durable. What is lost by a
/// kill in between costs no more than this to do again.
constexpr double kCommitSeconds = 0.25;

}  // namespace

SearchRun::SearchRun(const SearchSetup& setup, Algorithm& algorithm, RunStore* store,
                     std::span<Observer* const> observers, std::stop_token stop)
    : setup_(setup),
      algorithm_(algorithm),
      store_(store),
      observers_(observers),
      stop_(std::move(stop)),
      arena_(setup.threads),
      progress_(setup.problem),
      sources_of_(sources_by_rung(setup)) {
  algorithm_.watch_fits(
      [this](bool begins) { tell([&](Observer& observer) { observer.on_fit(begins); }); });
}

void SearchRun::begin_session() {
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
    for (const Source& source : setup_.sources) {
      earlier_[source.name] = store_->outcomes_by_epoch(source.name);
    }
    // What was learnt follows from the end of a run, which is still to come.
    if (!stored_.gene_importance.empty()) store_->set_gene_importance({});
    if (!stored_.predicted_front.empty()) store_->set("predicted_front", to_text({}));
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

/// The wall time of the run so far, all sessions together.
TimeSplit SearchRun::times() const {
  return with_learning(clock_.split(), algorithm_.learning_time());
}

template <class Call>
auto SearchRun::in_algorithm(const Call& call) {
  const PhaseClock::Scope breeding = time_of(&TimeSplit::breed);
  return arena_.execute(call);
}

std::size_t SearchRun::batch_size() const {
  return std::max<std::size_t>(algorithm_.batch_size(), 1);
}

std::vector<SearchRun::Entry> SearchRun::ask(std::size_t count) {
  const std::vector<spaces::Genotype> genotypes =
      in_algorithm([&] { return algorithm_.ask(count); });
  std::vector<EvaluationRecord> records = records_of(genotypes);
  const bool is_stored = is_ask_stored();
  if (is_stored) refuse_other_records(records);
  if (records.empty()) return {};
  for (const EvaluationRecord& record : records) {
    if (known_[record.rung].insert(identity_of(record, setup_.algorithm)).second) continue;
    throw SearchError(
        fmt::format("the algorithm asked for the architecture {} twice, which it must not do",
                    record.architecture));
  }
  if (is_stored) {
    complete_origins(records);
  } else if (store_ != nullptr) {
    store_->add_generation({asks_, count, records.size()}, records);
  }
  std::vector<Entry> entries;
  for (EvaluationRecord& record : records) {
    std::size_t reported = 0;
    if (is_stored) {
      const EvaluationRecord& stored = stored_.evaluations[record.index];
      record.metrics = stored.metrics;
      record.failure = stored.failure;
      record.seconds = stored.seconds;
      record.by_epoch = stored.by_epoch;
      record.place = stored.place;
      reported = stored_.reported[stored.index];
    }
    entries.push_back({std::move(record), reported});
  }
  ++asks_;
  asked_ += entries.size();
  return entries;
}

/// The architectures of the last ask with what the algorithm says of them.
std::vector<EvaluationRecord> SearchRun::records_of(
    std::span<const spaces::Genotype> genotypes) const {
  std::vector<EvaluationRecord> records;
  std::vector<Forecast> forecasts = algorithm_.forecasts();
  forecasts.resize(genotypes.size());
  const std::vector<Origin> origins = algorithm_.origins();
  const std::vector<std::uint32_t> rungs = algorithm_.rungs();
  for (std::size_t i = 0; i < genotypes.size(); ++i) {
    records.push_back(propose_record(setup_.space, genotypes[i], asked_ + i, asks_));
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
void SearchRun::complete_origins(std::vector<EvaluationRecord>& records) {
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

void SearchRun::refuse_other_records(const std::vector<EvaluationRecord>& records) const {
  bool equal = records.size() == stored_.asks[asks_].proposed;
  for (std::size_t i = 0; equal && i < records.size(); ++i) {
    const EvaluationRecord& stored = stored_.evaluations[records[i].index];
    equal = records[i].genotype == stored.genotype && records[i].rung == stored.rung;
  }
  if (equal) return;
  throw SearchError(fmt::format(
      "{}: in ask {} the algorithm asks for other architectures than it did; continue the run with "
      "the configuration and the version of evonas that began it",
      store_->file().string(), asks_));
}

bool SearchRun::is_complete(const Entry& entry) const {
  return !entry.record.ok() || entry.reported == sources_of_[entry.record.rung].size();
}

bool SearchRun::completes(const Entry& entry, const evaluation::Outcome& outcome) const {
  return !outcome.ok() || entry.reported + 1 == sources_of_[entry.record.rung].size();
}

std::size_t SearchRun::next_source(const Entry& entry) const {
  return sources_of_[entry.record.rung][entry.reported];
}

void SearchRun::store_outcomes(const Source& source, std::span<const IndexedOutcome> outcomes,
                               const std::optional<CompletionRecord>& completion) {
  if (store_ != nullptr) store_->add_outcomes(source.name, outcomes, times(), completion);
}

void SearchRun::receive(const Source& source, Entry& entry, const evaluation::Outcome& outcome) {
  EvaluationRecord& record = entry.record;
  for (const auto& [metric, value] : outcome.metrics) record.metrics[metric] = value;
  record.failure = outcome.failure;
  record.seconds += outcome.seconds;
  for (const auto& [epoch, values] : outcome.by_epoch) {
    for (const auto& [metric, value] : values) record.by_epoch[epoch][metric] = value;
  }
  ++entry.reported;
  tell([&](Observer& observer) { observer.on_outcome(source.name, record.index, outcome); });
  if (is_complete(entry)) tell([&](Observer& observer) { observer.on_evaluation(record); });
}

void SearchRun::recall(const Source& source, std::uint64_t first, std::uint64_t end) {
  const auto& known = earlier_[source.name];
  std::vector<evaluation::Outcome> outcomes;
  for (auto one = known.lower_bound(first); one != known.end() && one->first < end; ++one) {
    outcomes.push_back(one->second);
  }
  if (!outcomes.empty()) source.evaluator->recall(outcomes);
}

void SearchRun::finish(std::vector<Entry> entries) {
  const std::size_t begin = records_.size();
  for (Entry& entry : entries) {
    training_seconds_ += entry.record.seconds;
    failures_ += entry.record.ok() || entry.record.stopped_early() ? 0 : 1;
    evaluated_ += entry.record.rung == 0 ? 1 : 0;
    records_.push_back(std::move(entry.record));
  }
  const std::vector<Individual> individuals = to_individuals(
      std::span(records_).subspan(begin), setup_.problem, setup_.algorithm.guidance.screening);
  in_algorithm([&] { algorithm_.tell(individuals); });
  individuals_.insert(individuals_.end(), individuals.begin(), individuals.end());
}

void SearchRun::end_generation() {
  const std::uint64_t generation = generations_.size();
  GenerationRecord state =
      progress_.add(generation, std::span(records_).last(individuals_.size()), individuals_);
  individuals_.clear();
  if (generation < stored_.generations.size()) {
    state.seconds = stored_.generations[generation].seconds;
  } else {
    const TimeSplit now = times();
    state.seconds = now.total();
    if (store_ != nullptr) store_->finish_generation(state, now);
  }
  generations_.push_back(state);
  tell([&](Observer& observer) {
    if (observer.on_generation_end(state) == Verdict::Stop) observer_ended_ = true;
  });
}

}  // namespace evonas::search
