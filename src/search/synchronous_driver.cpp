#include "search/synchronous_driver.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "search/source_watch.hpp"

namespace evonas::search {

SearchSummary SynchronousDriver::run() {
  while (true) {
    // What is stored is told to the end before anything else is considered.
    if (!run_.is_ask_stored()) {
      if (const auto reason = run_.reason_to_end(run_.evaluated())) return end(*reason);
    }
    if (!propose()) return end(Termination::SpaceExhausted);
    if (!evaluate()) return end(Termination::Interrupted);
    run_.finish(std::exchange(entries_, {}));
    run_.end_generation();
  }
}

std::size_t SynchronousDriver::ask_size() const {
  if (run_.is_ask_stored()) return run_.stored().asks[run_.asks()].asked;
  const std::int64_t most = run_.setup().budget.evaluations;
  if (most == 0) return run_.batch_size();
  return std::min<std::size_t>(run_.batch_size(),
                               static_cast<std::size_t>(most) - run_.evaluated());
}

/// False where the space holds no more.
bool SynchronousDriver::propose() {
  entries_ = run_.ask(ask_size());
  if (entries_.empty()) return false;
  run_.tell([&](Observer& observer) {
    observer.on_generation_begin(run_.generations(), entries_.size());
  });
  for (const Entry& entry : entries_) {
    if (!run_.is_complete(entry)) continue;
    run_.tell([&](Observer& observer) { observer.on_evaluation(entry.record); });
  }
  return true;
}

/// False where it was stopped before every source had reported.
bool SynchronousDriver::evaluate() {
  const PhaseClock::Scope evaluating = run_.time_of(&TimeSplit::evaluate);
  const std::vector<Source>& sources = run_.setup().sources;
  for (std::size_t source = 0; source < sources.size(); ++source) {
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (!run_.is_complete(entry) && run_.next_source(entry) == source) positions.push_back(i);
    }
    if (!positions.empty()) {
      if (run_.is_asked_to_stop() || !evaluate_with(sources[source], positions)) return false;
    }
    // Afterwards, as those of one generation are not compared with each other.
    const std::uint64_t first = entries_.front().record.index;
    run_.recall(sources[source], first, first + entries_.size());
  }
  return true;
}

bool SynchronousDriver::evaluate_with(const Source& source,
                                      std::span<const std::size_t> positions) {
  SourceWatch watch(source, run_.stop());
  std::vector<evaluation::Candidate> block;
  for (const std::size_t i : positions) {
    block.push_back(to_candidate(entries_[i].record, run_.setup().algorithm.seed));
    watch.expect_one();
  }
  const bool at_once = is_expensive(*source.evaluator);
  run_.tell([&](Observer& observer) { observer.on_source_begin(source.name, block.size()); });

  std::vector<IndexedOutcome> waiting;
  const auto sink = [&](std::size_t position, evaluation::Outcome outcome) {
    watch.guard([&] {
      outcome = watch.accept(position, std::move(outcome));
      Entry& entry = entries_[positions[position]];
      const std::vector<IndexedOutcome> one{{entry.record.index, std::move(outcome)}};
      if (at_once) {
        run_.store_outcomes(source, one);
        run_.receive(source, entry, one.front().outcome);
      } else {
        waiting.push_back(one.front());
      }
    });
  };
  if (at_once) {
    source.evaluator->evaluate(block, sink, watch.token());
  } else {
    run_.arena().execute([&] { source.evaluator->evaluate(block, sink, watch.token()); });
  }
  std::ranges::sort(waiting, {}, &IndexedOutcome::index);
  if (!waiting.empty()) run_.store_outcomes(source, waiting);
  for (const IndexedOutcome& one : waiting) {
    run_.receive(source, entries_[one.index - entries_.front().record.index], one.outcome);
  }
  return watch.check();
}

SearchSummary SynchronousDriver::end(Termination termination) {
  std::erase_if(entries_, [&](const Entry& entry) { return !run_.is_complete(entry); });
  return run_.end(termination, std::move(entries_));
}

}  // namespace evonas::search
