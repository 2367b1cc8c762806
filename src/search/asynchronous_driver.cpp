#include "search/asynchronous_driver.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "search/source_watch.hpp"

namespace evonas::search {

AsynchronousDriver::AsynchronousDriver(SearchRun& run) : run_(run) {
  for (const Source& source : run_.setup().sources) {
    if (is_expensive(*source.evaluator)) slow_ = &source;
  }
}

SearchSummary AsynchronousDriver::run() {
  repeat_stored();
  evaluate();
  return end();
}

/// Asks and tells as earlier sessions did. What was under way is left open.
void AsynchronousDriver::repeat_stored() {
  const StoredRun& stored = run_.stored();
  const auto ask_again = [&] { ask(stored.asks[run_.asks()].asked); };
  for (const CompletionRecord& completion : stored.completions) {
    while (run_.asks() < completion.asks) ask_again();
    const EvaluationRecord& record = open_.at(completion.evaluation).record;
    run_.tell([&](Observer& observer) { observer.on_evaluation(record); });
    finish(completion.evaluation);
  }
  while (run_.is_ask_stored()) ask_again();
  if (slow_ != nullptr) run_.recall(*slow_, 0, run_.asked());
  std::erase_if(waiting_, [&](std::uint64_t index) { return !open_.contains(index); });
  for (const auto& [index, entry] : open_) {
    if (!run_.is_complete(entry)) continue;
    throw SearchError(
        fmt::format("the run cannot be continued: nothing says when its evaluation {} "
                    "was complete",
                    index));
  }
}

void AsynchronousDriver::evaluate() {
  const PhaseClock::Scope evaluating = run_.time_of(&TimeSplit::evaluate);
  // Without a source that takes long everything is found out in here. And a source is not even
  // begun where there is nothing for it.
  std::optional<evaluation::Candidate> first = next();
  if (!first) return;
  SourceWatch watch(*slow_, run_.stop());
  const auto feed = [&] {
    std::optional<evaluation::Candidate> candidate;
    watch.guard([&] {
      candidate = first ? std::exchange(first, std::nullopt) : next();
      if (candidate) watch.expect_one();
    });
    return candidate;
  };
  const auto sink = [&](std::size_t number, evaluation::Outcome outcome) {
    watch.guard([&] {
      outcome = watch.accept(number, std::move(outcome));
      const std::uint64_t index = handed_out_[number];
      report(*slow_, index, std::move(outcome));
      advance(index);
    });
  };
  slow_->evaluator->evaluate_each(feed, sink, watch.token());
  watch.check();
}

/// The next candidate of the source that takes long; nothing where nothing more is to be begun.
std::optional<evaluation::Candidate> AsynchronousDriver::next() {
  while (!run_.is_asked_to_stop()) {
    if (waiting_.empty() && !reason_) {
      reason_ = run_.reason_to_end(run_.asked());
      if (!reason_ && !ask(1)) reason_ = Termination::SpaceExhausted;
    }
    if (waiting_.empty()) return std::nullopt;
    const std::uint64_t index = waiting_.front();
    waiting_.pop_front();
    if (!advance(index)) continue;
    handed_out_.push_back(index);
    return to_candidate(open_.at(index).record, run_.setup().algorithm.seed);
  }
  return std::nullopt;
}

/// False where the space holds no more.
bool AsynchronousDriver::ask(std::size_t count) {
  begin_generation();
  std::vector<Entry> asked = run_.ask(count);
  for (Entry& entry : asked) {
    const std::uint64_t index = entry.record.index;
    waiting_.push_back(index);
    open_.emplace(index, std::move(entry));
  }
  return !asked.empty();
}

/// Asks the sources that answer at once; whether it is the turn of the one that does not.
bool AsynchronousDriver::advance(std::uint64_t index) {
  for (auto open = open_.find(index); open != open_.end(); open = open_.find(index)) {
    const Source& source = run_.setup().sources[run_.next_source(open->second)];
    if (&source == slow_) return true;
    report(source, index, evaluate_now(source, open->second));
  }
  return false;
}

evaluation::Outcome AsynchronousDriver::evaluate_now(const Source& source, const Entry& entry) {
  const evaluation::Candidate candidate = to_candidate(entry.record, run_.setup().algorithm.seed);
  SourceWatch watch(source, {});
  watch.expect_one();
  evaluation::Outcome found;
  const auto sink = [&](std::size_t number, evaluation::Outcome outcome) {
    watch.guard([&] { found = watch.accept(number, std::move(outcome)); });
  };
  run_.arena().execute([&] { source.evaluator->evaluate({&candidate, 1}, sink, watch.token()); });
  watch.check();
  return found;
}

void AsynchronousDriver::report(const Source& source, std::uint64_t index,
                                evaluation::Outcome outcome) {
  Entry& entry = open_.at(index);
  std::optional<CompletionRecord> completion;
  if (run_.completes(entry, outcome)) {
    completion = {.place = run_.finished(), .evaluation = index, .asks = run_.asks()};
    entry.record.place = completion->place;
  }
  const std::vector<IndexedOutcome> one{{index, std::move(outcome)}};
  run_.store_outcomes(source, one, completion);
  run_.receive(source, entry, one.front().outcome);
  if (completion) finish(index);
}

/// Nothing is left to find out about an evaluation.
void AsynchronousDriver::finish(std::uint64_t index) {
  begin_generation();
  std::vector<Entry> entries;
  entries.push_back(std::move(open_.extract(index).mapped()));
  run_.finish(std::move(entries));
  if (run_.evaluated() == generation_end_) run_.end_generation();
}

/// Begins a generation unless one is under way.
void AsynchronousDriver::begin_generation() {
  if (run_.evaluated() < generation_end_) return;
  const std::vector<GenerationRecord>& stored = run_.stored().generations;
  std::uint64_t size = run_.batch_size();
  if (run_.generations() < stored.size()) {
    size = stored[run_.generations()].evaluations - run_.evaluated();
  } else if (const std::int64_t most = run_.setup().budget.evaluations; most > 0) {
    const auto limit = static_cast<std::uint64_t>(most);
    if (run_.evaluated() < limit) size = std::min(size, limit - run_.evaluated());
  }
  generation_end_ = run_.evaluated() + size;
  run_.tell([&](Observer& observer) { observer.on_generation_begin(run_.generations(), size); });
  if (slow_ == nullptr) return;
  run_.tell([&](Observer& observer) { observer.on_source_begin(slow_->name, size); });
}

SearchSummary AsynchronousDriver::end() {
  if (!open_.empty()) return run_.end(Termination::Interrupted);
  if (!reason_) reason_ = run_.reason_to_end(run_.asked());
  const Termination termination = reason_.value_or(Termination::Interrupted);
  if (termination != Termination::Interrupted && run_.is_generation_open()) run_.end_generation();
  return run_.end(termination);
}

}  // namespace evonas::search
