#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "search/search_run.hpp"

namespace evonas::search {
namespace {

constexpr std::uint64_t kFewestForGivingUp = 10;

}  // namespace

bool SearchRun::is_training_spent() const {
  return setup_.budget.training_seconds > 0.0 &&
         training_seconds_ >= setup_.budget.training_seconds;
}

std::optional<Termination> SearchRun::reason_to_end(std::uint64_t evaluations) const {
  const auto count = static_cast<double>(records_.size());
  if (records_.size() >= kFewestForGivingUp &&
      static_cast<double>(failures_) > setup_.budget.failure_share * count) {
    return Termination::TooManyFailures;
  }
  if (setup_.budget.evaluations > 0 &&
      evaluations >= static_cast<std::uint64_t>(setup_.budget.evaluations)) {
    return Termination::Budget;
  }
  if (setup_.budget.seconds > 0.0 && times().total() >= setup_.budget.seconds) {
    return Termination::Budget;
  }
  if (is_training_spent()) return Termination::Budget;
  if (observer_ended_ || stop_.stop_requested()) return Termination::Interrupted;
  return std::nullopt;
}

std::string SearchRun::last_failure() const {
  const auto last = std::ranges::find_if(
      records_.rbegin(), records_.rend(),
      [](const EvaluationRecord& record) { return !record.ok() && !record.stopped_early(); });
  return last->failure;
}

std::string SearchRun::describe_end(Termination termination) const {
  const auto count = static_cast<std::size_t>(
      std::ranges::count(records_, std::uint32_t{0}, &EvaluationRecord::rung));
  switch (termination) {
    case Termination::SpaceExhausted:
      return fmt::format("no further architecture was found after {} evaluations", count);
    case Termination::TooManyFailures: {
      return fmt::format(
          "{} of {} evaluations{} failed, more than the share of {} that "
          "`budget.failure_share` allows; the last reason: {}",
          failures_, records_.size(), count < records_.size() ? " and screenings" : "",
          setup_.budget.failure_share, last_failure());
    }
    case Termination::Interrupted:
      return fmt::format("interrupted after {} evaluations; `evonas resume` continues", count);
    default:
      break;
  }
  if (setup_.budget.evaluations > 0 && count >= std::size_t(setup_.budget.evaluations)) {
    if (failures_ == records_.size()) {
      return fmt::format("all {} evaluations of the budget failed; the last reason: {}", count,
                         last_failure());
    }
    return fmt::format("all {} evaluations of the budget are done", count);
  }
  if (is_training_spent()) {
    return fmt::format("the budget of {} s of training is used up after {} evaluations of {:.6g} s",
                       setup_.budget.training_seconds, count, training_seconds_);
  }
  return fmt::format("the budget of {} s is used up after {} evaluations", setup_.budget.seconds,
                     count);
}

/// Whether everything that was asked for is known: no stop came in between.
bool SearchRun::is_over(Termination termination) const {
  switch (termination) {
    case Termination::Budget:
    case Termination::SpaceExhausted:
      return true;
    case Termination::Interrupted:
      return observer_ended_ && records_.size() == asked_;
    default:
      return false;
  }
}

/// What the algorithm has learnt, stored.
void SearchRun::note_learnt(SearchSummary& summary) {
  const PhaseClock::Scope scoring = time_of(&TimeSplit::score);
  arena_.execute([&] {
    summary.gene_importance = algorithm_.gene_importance();
    summary.predicted_front = algorithm_.predicted_front();
  });
  if (store_ == nullptr) return;
  if (!summary.gene_importance.empty()) store_->set_gene_importance(summary.gene_importance);
  if (summary.predicted_front.empty()) return;
  store_->set("predicted_front", to_text(summary.predicted_front));
}

SearchSummary SearchRun::end(Termination termination, std::vector<Entry> untold) {
  const bool over = is_over(termination);
  for (Entry& entry : untold) records_.push_back(std::move(entry.record));
  SearchSummary summary;
  summary.termination = termination;
  summary.message = describe_end(termination);
  summary.seed = setup_.algorithm.seed;
  if (over) note_learnt(summary);
  summary.times = times();
  summary.seconds = summary.times->total();
  if (store_ != nullptr) {
    store_->end_session({{"termination", to_string(termination)}, {"message", summary.message}},
                        *summary.times);
    store_->flush();
    summary.final = store_->final();
  }
  std::ranges::sort(records_, {}, &EvaluationRecord::index);
  sort_into(summary, std::move(records_));
  summary.generations = std::move(generations_);
  summarise(setup_.problem, summary);
  return summary;
}

void SearchRun::note_fault(const std::string& what) noexcept {
  if (store_ == nullptr) return;
  try {
    store_->end_session({{"termination", to_string(Termination::Interrupted)}, {"message", what}},
                        times());
    store_->flush();
  } catch (const std::exception&) {
    return;
  }
}

}  // namespace evonas::search
