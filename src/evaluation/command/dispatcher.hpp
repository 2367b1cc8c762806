#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "evaluation/command/command_options.hpp"
#include "evaluation/command/listener.hpp"
#include "evaluation/command/messages.hpp"
#include "evaluation/command/output_log.hpp"
#include "evaluation/command/processes.hpp"
#include "evaluation/median_rule.hpp"

namespace evonas::evaluation::command {

/// What an evaluation fails with once so many starts of its command have failed, the last of them
/// with `fault`, and whether a failure is one of these.
std::string failure_without_process(const std::string& fault, std::int64_t starts);
bool is_without_process(std::string_view failure);

/// What the processes of a command are asked, and what becomes of their answers: the whole protocol
/// but for pipes and clocks, which come from outside, so that a test can pretend both.
///
/// Every evaluation of a block ends in exactly one outcome, whatever the processes do:
///
/// - A process that dies, falls silent, or writes anything that the protocol does not allow, is
///   stopped and started again, each time after twice the wait.
/// - Evaluations that it had under way are tried again, so often at most. Where there were several,
///   nobody knows whose fault it was: this time counts for none of them, but each is alone in its
///   process when it is tried again.
/// - What the system cannot start is the fault of the source, and thrown, until a process of the
///   command has said hello for the first time; then it is a process that failed.
/// - A process that fails several times in a row before it was asked anything is given up until the
///   next block; without any process left, what is not evaluated yet fails for that reason.
///
/// A block may also grow while it is evaluated. Where no process is left then, one candidate after
/// the other fails; but if the command has worked before, processes are started anew after each.
///
/// The next request goes to the process that has the fewest, lower numbers first; evaluations in
/// the order of the block. Reasons of failures begin with a word for their kind: timeout, silent,
/// died, start, protocol, result (the values are not what was asked for), request (there was
/// nothing to send), "stopped early", or what the process says. Not to be used from two threads.
class Dispatcher final : public ProcessEvents {
 public:
  /// What is to be sent about a candidate of the block, but for type, id and attempt. A
  /// std::runtime_error is a failure of that candidate.
  using Request = std::function<nlohmann::json(std::size_t index)>;

  /// `hello` is the line that evonas begins with.
  Dispatcher(const CommandOptions& options, std::vector<Metric> metrics, std::string hello,
             Processes& processes, const CommandListener& listener);

  /// Outcomes of an earlier session, with which candidates to come are compared.
  void recall(std::span<const Outcome> outcomes) {
    if (rule_) rule_->add(outcomes);
  }

  /// Begins a block of `count` evaluations; what an earlier one left undone is given up.
  void begin(std::size_t count, Request request, OutcomeSink sink, TimePoint now);
  /// Whether more evaluations may be added to the block. Processes are wanted as long as they may.
  void await_more(bool more) { awaits_more_ = more; }
  /// Whether one more evaluation could be sent at once, or fail because no process is left. After
  /// on_time().
  bool has_room(TimePoint now) const;
  /// Adds an evaluation to the block, with the next index.
  void add();
  /// Whether every evaluation has its outcome.
  bool done() const { return jobs_.empty(); }
  /// Cancels what is under way and forgets the block.
  void abandon(TimePoint now);

  /// Says that for so long, up to the next event or on_time(), nobody could listen to the
  /// processes: no deadline of theirs counts that time.
  void excuse(Clock::duration unheard);

  void on_line(std::size_t process, const std::string& line, TimePoint now) override;
  void on_end(std::size_t process, const Ending& ending, TimePoint now) override;
  /// Does what is due, and sends what can be sent. To be called after everything else.
  void on_time(TimePoint now);
  /// When something will be due, where nothing else happens before; not before `now`.
  TimePoint next_due(TimePoint now) const;

 private:
  /// An evaluation of the block that has no outcome yet.
  struct Job {
    enum class State { Waiting, UnderWay };
    State state = State::Waiting;
    std::int64_t attempts = 0;  ///< that have failed
    bool alone = false;         ///< shares no process
    TimePoint not_before{};
    double seconds = 0.0;    ///< of all attempts
    ValuesByEpoch by_epoch;  ///< of the last attempt
  };

  /// A request that has not been answered.
  struct Asked {
    std::size_t job = 0;  ///< means nothing once it is cancelled
    TimePoint begin{};
    TimePoint until{};
    bool cancelled = false;
    std::int64_t epoch = 0;
    Curve curve;  ///< of the metric that decides about stopping early
  };

  struct Session {
    enum class State { Down, Starting, Ready, GivenUp };
    State state = State::Down;
    TimePoint until{};  ///< Down: when it may start; Starting: when its hello is due
    TimePoint last_sign{};
    std::size_t slots = 0;
    std::map<std::uint64_t, Asked> asked;
    bool was_asked = false;      ///< anything since it was started
    int failures = 0;            ///< in a row
    std::int64_t fruitless = 0;  ///< of these, those before it was asked anything, since an answer
    std::string fault;           ///< the last one
  };

  void hear(std::size_t process, const Hello& hello, TimePoint now);
  void hear(std::size_t process, const Heartbeat& heartbeat, TimePoint now);
  void hear(std::size_t process, const Progress& progress, TimePoint now);
  void hear(std::size_t process, const Result& result, TimePoint now);
  Asked& find(std::size_t process, std::uint64_t id);
  void keep(const Progress& progress, ValuesByEpoch& by_epoch) const;
  std::string fault_of(const Progress& progress, const Asked& asked) const;
  std::string fault_of(const Result& result) const;
  void log(std::size_t process, const Progress& progress, TimePoint now);

  void start(std::size_t process, TimePoint now);
  void check(std::size_t process, TimePoint now);
  void fail(std::size_t process, const std::string& fault, TimePoint now);
  void put_down(std::size_t process, const Ending& ending, TimePoint now);
  void cancel(std::size_t process, std::uint64_t id, Asked& asked, TimePoint now);
  void assign(TimePoint now);
  std::optional<std::size_t> free_process(const Job& job) const;
  void send(std::size_t index, std::size_t process, TimePoint now);
  void give_up_without_processes();
  /// Processes that were given up may be started again.
  void revive();
  void retry(std::size_t index, const std::string& fault, TimePoint now);
  void finish(std::size_t index, Outcome outcome);
  Clock::duration backoff(std::int64_t failures) const;
  std::vector<std::size_t> waiting_jobs(TimePoint now) const;
  bool is_anyone_left() const;
  bool wants_processes() const;

  const CommandOptions& options_;
  std::vector<Metric> metrics_;
  std::string hello_;
  Processes& processes_;
  const CommandListener& listener_;
  OutputLog progress_log_;
  std::optional<MedianRule> rule_;

  std::vector<Session> sessions_;
  std::uint64_t last_id_ = 0;
  std::map<std::size_t, Job> jobs_;  ///< by index
  std::size_t added_ = 0;            ///< evaluations of the block
  bool awaits_more_ = false;
  bool has_worked_ = false;  ///< a request was answered, of whichever block
  bool has_begun_ = false;   ///< a process said hello, so that the command is one
  Request request_;
  OutcomeSink sink_;
};

}  // namespace evonas::evaluation::command
