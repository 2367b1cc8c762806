#include "search/exchange.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace evonas::search {
namespace {

constexpr std::chrono::milliseconds kBetweenWaits{100};

/// Lets go of a lock, and has it again at the end, however that comes.
class Unlocked {
 public:
  explicit Unlocked(std::unique_lock<std::mutex>& lock) : lock_(lock) { lock_.unlock(); }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;
  ~Unlocked() { lock_.lock(); }

 private:
  std::unique_lock<std::mutex>& lock_;
};

/// Adds to a number for as long as it lives.
class Added {
 public:
  Added(std::size_t& number, std::size_t more) : number_(number), more_(more) { number_ += more_; }
  Added(const Added&) = delete;
  Added& operator=(const Added&) = delete;
  ~Added() { number_ -= more_; }

 private:
  std::size_t& number_;
  std::size_t more_;
};

}  // namespace

class Exchange::Source final : public evaluation::Evaluator {
 public:
  Source(std::shared_ptr<Exchange> exchange, std::vector<evaluation::Metric> metrics)
      : exchange_(std::move(exchange)), metrics_(std::move(metrics)) {
    std::vector<std::string> names;
    for (evaluation::Metric& metric : metrics_) {
      metric.cost = evaluation::CostClass::Expensive;
      names.push_back(metric.name);
    }
    names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
  }

  std::vector<evaluation::Metric> metrics() const override { return metrics_; }
  /// Only the program can know.
  bool deterministic() const override { return false; }

  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    if (block.empty() || stop.stop_requested()) return;
    exchange_->begin(/*grows=*/false);
    for (const evaluation::Candidate& candidate : block) exchange_->offer(candidate, names_);
    exchange_->serve({}, names_, sink, stop);
  }

  void evaluate_each(const evaluation::CandidateFeed& next, const evaluation::OutcomeSink& sink,
                     const std::stop_token& stop) override {
    exchange_->begin(/*grows=*/true);
    exchange_->serve(next, names_, sink, stop);
  }

 private:
  std::shared_ptr<Exchange> exchange_;
  std::vector<evaluation::Metric> metrics_;
  MetricNames names_;
};

std::shared_ptr<evaluation::Evaluator> Exchange::source(std::vector<evaluation::Metric> metrics) {
  return std::make_shared<Source>(shared_from_this(), std::move(metrics));
}

template <class Predicate>
void Exchange::wait_until(std::unique_lock<std::mutex>& lock, const OnWait& on_wait,
                          const Predicate& holds) const {
  if (!on_wait) {
    for_program_.wait(lock, holds);
    return;
  }
  while (!for_program_.wait_for(lock, kBetweenWaits, holds)) {
    const Unlocked unlocked(lock);
    on_wait();
  }
}

std::vector<Question> Exchange::ask(std::size_t count, const OnWait& on_wait) {
  std::vector<Question> questions;
  if (count == 0) return questions;
  std::unique_lock lock(mutex_);
  const Added wanted(wanted_, count);
  if (wants_more()) for_search_.notify_all();
  wait_until(lock, on_wait,
             [&] { return ended_ || offered_.size() >= count || (waiting_ && !has_work()); });
  while (questions.size() < count && !offered_.empty()) {
    questions.push_back(std::move(offered_.front()));
    offered_.pop_front();
    open_.insert(questions.back().number);
  }
  return questions;
}

void Exchange::tell(std::vector<Answer> answers, bool wait, const OnWait& on_wait) {
  std::unique_lock lock(mutex_);
  std::set<std::uint64_t> answered;
  for (const Answer& answer : answers) {
    if (ended_) throw SearchError("the search has ended, and takes no more answers");
    if (open_.contains(answer.number) && answered.insert(answer.number).second) continue;
    throw SearchError(
        fmt::format("{} is no open question: what is told was asked before (ask), and each "
                    "candidate is told once",
                    answer.number));
  }
  for (Answer& answer : answers) {
    open_.erase(answer.number);
    told_.push_back(std::move(answer));
  }
  answers_ += answers.size();
  const std::uint64_t all = answers_;
  for_search_.notify_all();
  if (!wait) return;
  wait_until(lock, on_wait, [&] { return ended_ || taken_in_ >= all; });
}

std::size_t Exchange::open() const {
  const std::scoped_lock lock(mutex_);
  return open_.size();
}

void Exchange::end() {
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  withdraw();
  for_program_.notify_all();
}

bool Exchange::has_ended() const {
  const std::scoped_lock lock(mutex_);
  return ended_;
}

void Exchange::wait_for_end(const OnWait& on_wait) const {
  std::unique_lock lock(mutex_);
  wait_until(lock, on_wait, [&] { return ended_; });
}

/// Begins an evaluation.
void Exchange::begin(bool grows) {
  const std::scoped_lock lock(mutex_);
  withdraw();
  grows_ = grows;
  begun_ = 0;
}

void Exchange::offer(const evaluation::Candidate& candidate, const MetricNames& metrics) {
  const std::scoped_lock lock(mutex_);
  positions_.emplace(questions_, begun_++);
  offered_.push_back({questions_++, candidate, metrics});
}

/// Waits for answers, and for room for questions, until every question of the evaluation has its
/// answer and there are no more.
void Exchange::serve(const evaluation::CandidateFeed& next, const MetricNames& metrics,
                     const evaluation::OutcomeSink& sink, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!told_.empty()) {
      take_in(lock, sink);
    } else if (wants_more()) {
      std::optional<evaluation::Candidate> candidate;
      {
        const Unlocked unlocked(lock);
        candidate = next();
        if (candidate) offer(*candidate, metrics);
      }
      if (!candidate) grows_ = false;
      for_program_.notify_all();
    } else if (positions_.empty() && !grows_) {
      break;
    } else {
      waiting_ = true;
      for_program_.notify_all();
      for_search_.wait(lock, stop, [&] { return has_work(); });
      waiting_ = false;
    }
  }
  withdraw();
}

/// Hands the answers so far on to the search.
void Exchange::take_in(std::unique_lock<std::mutex>& lock, const evaluation::OutcomeSink& sink) {
  for (Answer& answer : std::exchange(told_, {})) {
    const auto position = positions_.extract(answer.number);
    {
      const Unlocked unlocked(lock);
      sink(position.mapped(), std::move(answer.outcome));
    }
    ++taken_in_;
  }
  for_program_.notify_all();
}

/// Forgets what is left of an evaluation; nobody waits for what becomes of it.
void Exchange::withdraw() {
  positions_.clear();
  offered_.clear();
  open_.clear();
  told_.clear();
  grows_ = false;
  taken_in_ = answers_;
}

}  // namespace evonas::search
