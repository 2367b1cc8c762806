#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluation/evaluator.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// What a search wants to know: the metrics of one architecture.
struct Question {
  std::uint64_t number = 0;  ///< by which it is answered
  evaluation::Candidate candidate;
  std::shared_ptr<const std::vector<std::string>> metrics;
};

/// What the program says of it.
struct Answer {
  std::uint64_t number = 0;  ///< of the question
  evaluation::Outcome outcome;
};

/// Turns a search round: its sources of labels (source()) wait for what a program tells, and the
/// program asks the search what it wants to know next, instead of being asked. Between them are two
/// threads or more: that of the search, and those of the program. Safe from all of them.
///
/// The same answers to the same questions in the same order give the same search, whatever the
/// threads do: ask() returns only once the search has nothing to do but wait for answers, or has
/// as many questions as it is asked for.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  /// Called about ten times a second while something is waited for, on the thread that waits; what
  /// it throws ends the waiting, and comes out of it.
  using OnWait = std::function<void()>;

  /// A source of `metrics` for one search, all of them expensive. It keeps the exchange alive,
  /// which has to be owned by a std::shared_ptr.
  std::shared_ptr<evaluation::Evaluator> source(std::vector<evaluation::Metric> metrics);

  /// Up to `count` questions that nobody was given before, in the order of the search. Fewer, or
  /// none, where the search waits for answers first, as the synchronous driver does for those of a
  /// whole generation, or has ended.
  std::vector<Question> ask(std::size_t count, const OnWait& on_wait = {});

  /// Answers questions, in any order, each once. With `wait` it returns when the search has taken
  /// all of them in, so that they are in its store. Throws SearchError, and takes none of them, for
  /// a number that is no open question.
  void tell(std::vector<Answer> answers, bool wait = false, const OnWait& on_wait = {});

  /// How many questions were given and not answered.
  std::size_t open() const;

  /// Says that the search has ended: what is open will not be asked for any more.
  void end();
  bool has_ended() const;
  /// Waits for that.
  void wait_for_end(const OnWait& on_wait = {}) const;

 private:
  class Source;
  using MetricNames = std::shared_ptr<const std::vector<std::string>>;

  void begin(bool grows);
  void offer(const evaluation::Candidate& candidate, const MetricNames& metrics);
  void serve(const evaluation::CandidateFeed& next, const MetricNames& metrics,
             const evaluation::OutcomeSink& sink, const std::stop_token& stop);
  void take_in(std::unique_lock<std::mutex>& lock, const evaluation::OutcomeSink& sink);
  void withdraw();
  bool wants_more() const { return grows_ && wanted_ > offered_.size(); }
  bool has_work() const { return !told_.empty() || wants_more(); }
  template <class Predicate>
  void wait_until(std::unique_lock<std::mutex>& lock, const OnWait& on_wait,
                  const Predicate& holds) const;

  mutable std::mutex mutex_;
  mutable std::condition_variable for_program_;
  std::condition_variable_any for_search_;

  /// The evaluation that the search is in, one at a time: where its questions stand in it, which of
  /// them were not given away, and whether there are more when they are wanted.
  std::map<std::uint64_t, std::size_t> positions_;
  std::deque<Question> offered_;
  bool grows_ = false;
  std::size_t begun_ = 0;  ///< candidates of the evaluation

  std::set<std::uint64_t> open_;
  std::deque<Answer> told_;  ///< and not taken in
  std::uint64_t questions_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t taken_in_ = 0;  ///< of the answers
  std::size_t wanted_ = 0;      ///< questions that the program waits for
  bool waiting_ = false;        ///< whether the search does, for what it has_work() with
  bool ended_ = false;
};

}  // namespace evonas::search
