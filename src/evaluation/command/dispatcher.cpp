#include "evaluation/command/dispatcher.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"

namespace evonas::evaluation::command {
namespace {

constexpr double kLongestBackoff = 60.0;
constexpr std::int64_t kMostDoublings = 30;

}  // namespace

Dispatcher::Dispatcher(const CommandOptions& options, std::vector<Metric> metrics,
                       std::string hello, Processes& processes, const CommandListener& listener)
    : options_(options),
      metrics_(std::move(metrics)),
      hello_(std::move(hello)),
      processes_(processes),
      listener_(listener),
      progress_log_(metrics_.front().name + ": ", listener.detail),
      sessions_(static_cast<std::size_t>(options.processes)) {
  if (options.early_stopping) rule_.emplace(*options.early_stopping);
}

void Dispatcher::revive() {
  for (Session& session : sessions_) {
    if (session.state != Session::State::GivenUp) continue;
    session.state = Session::State::Down;
    session.fruitless = 0;
  }
}

void Dispatcher::excuse(Clock::duration unheard) {
  for (Session& session : sessions_) {
    if (session.state == Session::State::Starting) session.until += unheard;
    session.last_sign += unheard;
    for (auto& [id, asked] : session.asked) asked.until += unheard;
  }
}

void Dispatcher::on_end(std::size_t process, const Ending& ending, TimePoint now) {
  put_down(process, ending, now);
}

void Dispatcher::on_time(TimePoint now) {
  for (std::size_t process = 0; process < sessions_.size(); ++process) check(process, now);
  assign(now);
  give_up_without_processes();
}

/// Does what is due at one process.
void Dispatcher::check(std::size_t process, TimePoint now) {
  Session& session = sessions_[process];
  if (session.state == Session::State::Down && wants_processes() && now >= session.until) {
    start(process, now);
  }
  if (session.state == Session::State::Starting && now >= session.until) {
    fail(process, fmt::format("start: it did not say hello within {} s", options_.start_seconds),
         now);
  }
  bool is_busy = false;
  for (auto& [id, asked] : session.asked) {
    is_busy = is_busy || !asked.cancelled;
    if (now < asked.until) continue;
    if (asked.cancelled) {
      fail(process,
           fmt::format("protocol: it did not end the cancelled request {} within {} s", id,
                       options_.cancel_seconds),
           now);
      return;
    }
    cancel(process, id, asked, now);
    jobs_.at(asked.job).seconds += seconds_between(asked.begin, now);
    retry(asked.job, fmt::format("timeout: no result within {} s", options_.timeout_seconds), now);
  }
  const auto patience = to_duration(options_.heartbeat_seconds);
  if (is_busy && patience > Clock::duration::zero() && now - session.last_sign >= patience) {
    fail(process, fmt::format("silent: it wrote nothing for {} s", options_.heartbeat_seconds),
         now);
  }
}

void Dispatcher::start(std::size_t process, TimePoint now) {
  Session& session = sessions_[process];
  session.was_asked = false;
  try {
    processes_.start(process);
  } catch (const EvaluationError& error) {
    // The program may be away only while somebody replaces it.
    if (!has_begun_) throw;
    put_down(process, {.reason = fmt::format("start: {}", error.what())}, now);
    return;
  }
  processes_.send(process, hello_);
  session.state = Session::State::Starting;
  session.until = now + to_duration(options_.start_seconds);
}

void Dispatcher::fail(std::size_t process, const std::string& fault, TimePoint now) {
  processes_.stop(process);
  put_down(process, {.reason = fault}, now);
}

/// A process does not run any more.
void Dispatcher::put_down(std::size_t process, const Ending& ending, TimePoint now) {
  Session& session = sessions_[process];
  const std::map<std::uint64_t, Asked> asked = std::exchange(session.asked, {});
  if (!session.was_asked) ++session.fruitless;
  session.state =
      session.fruitless > options_.retries ? Session::State::GivenUp : Session::State::Down;
  session.fault = ending.reason;
  // One that ends between two requests is not at fault: it may want to give a device free.
  if (ending.clean && session.was_asked && asked.empty()) {
    session.until = now;
  } else {
    ++session.failures;
    session.until = now + backoff(session.failures);
    listener_.warning(fmt::format(
        "{}: process {}: {}; {}", metrics_.front().name, process + 1, ending.reason,
        session.state == Session::State::GivenUp ? "given up" : "it is started again when needed"));
  }
  for (const auto& [id, one] : asked) {
    if (one.cancelled) continue;
    Job& job = jobs_.at(one.job);
    job.seconds += seconds_between(one.begin, now);
    if (asked.size() == 1) {
      retry(one.job, ending.reason, now);
    } else {
      job.state = Job::State::Waiting;
      job.alone = true;
    }
  }
}

void Dispatcher::cancel(std::size_t process, std::uint64_t id, Asked& asked, TimePoint now) {
  asked.cancelled = true;
  asked.until = now + to_duration(options_.cancel_seconds);
  processes_.send(process, to_line(cancel_message(id)));
}

bool Dispatcher::is_anyone_left() const {
  return std::any_of(sessions_.begin(), sessions_.end(), [](const Session& session) {
    return session.state != Session::State::GivenUp;
  });
}

TimePoint Dispatcher::next_due(TimePoint now) const {
  TimePoint due = TimePoint::max();
  for (const Session& session : sessions_) {
    const bool is_wanted = session.state == Session::State::Down && wants_processes();
    if (is_wanted || session.state == Session::State::Starting) due = std::min(due, session.until);
    for (const auto& [id, asked] : session.asked) {
      due = std::min(due, asked.until);
      if (options_.heartbeat_seconds > 0.0 && !asked.cancelled) {
        due = std::min(due, session.last_sign + to_duration(options_.heartbeat_seconds));
      }
    }
  }
  for (const auto& [index, job] : jobs_) {
    // Others wait for a free process, not for a time.
    if (job.state == Job::State::Waiting && job.not_before > now) {
      due = std::min(due, job.not_before);
    }
  }
  return std::max(due, now);
}

Clock::duration Dispatcher::backoff(std::int64_t failures) const {
  const auto doublings = static_cast<int>(std::min(failures - 1, kMostDoublings));
  return to_duration(std::min(kLongestBackoff, std::ldexp(options_.backoff_seconds, doublings)));
}

bool Dispatcher::wants_processes() const {
  return awaits_more_ || std::any_of(jobs_.begin(), jobs_.end(), [](const auto& job) {
           return job.second.state == Job::State::Waiting;
         });
}

}  // namespace evonas::evaluation::command
