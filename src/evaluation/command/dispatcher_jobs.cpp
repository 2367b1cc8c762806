#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "evaluation/command/dispatcher.hpp"

namespace evonas::evaluation::command {

void Dispatcher::begin(std::size_t count, Request request, OutcomeSink sink, TimePoint now) {
  abandon(now);
  request_ = std::move(request);
  sink_ = std::move(sink);
  if (rule_) rule_->begin_block();
  while (added_ < count) jobs_.try_emplace(added_++);
  revive();
  // Nobody listened since the last block, so nothing that was due then is late.
  for (Session& session : sessions_) {
    if (session.state == Session::State::Starting) {
      session.until = now + to_duration(options_.start_seconds);
    }
    for (auto& [id, asked] : session.asked) {
      asked.until = now + to_duration(options_.cancel_seconds);
    }
  }
}

bool Dispatcher::has_room(TimePoint now) const {
  if (!is_anyone_left()) return true;
  // Whoever waits and could not be sent waits for a process of its own.
  return waiting_jobs(now).empty() && free_process({}).has_value();
}

void Dispatcher::add() {
  // Whoever comes later is compared with all who have finished by now.
  if (rule_) rule_->begin_block();
  jobs_.try_emplace(added_++);
}

void Dispatcher::abandon(TimePoint now) {
  for (std::size_t process = 0; process < sessions_.size(); ++process) {
    for (auto& [id, asked] : sessions_[process].asked) {
      if (!asked.cancelled) cancel(process, id, asked, now);
    }
  }
  jobs_.clear();
  added_ = 0;
  awaits_more_ = false;
}

void Dispatcher::assign(TimePoint now) {
  for (const std::size_t index : waiting_jobs(now)) {
    if (const auto process = free_process(jobs_.at(index))) send(index, *process, now);
  }
}

/// Those that could be sent now, if there were a process for them.
std::vector<std::size_t> Dispatcher::waiting_jobs(TimePoint now) const {
  std::vector<std::size_t> waiting;
  for (const auto& [index, job] : jobs_) {
    if (job.state == Job::State::Waiting && now >= job.not_before) waiting.push_back(index);
  }
  return waiting;
}

std::optional<std::size_t> Dispatcher::free_process(const Job& job) const {
  std::optional<std::size_t> best;
  for (std::size_t process = 0; process < sessions_.size(); ++process) {
    const Session& session = sessions_[process];
    const std::size_t load = session.asked.size();
    if (session.state != Session::State::Ready || load >= (job.alone ? 1 : session.slots)) continue;
    const bool is_taken = std::any_of(
        session.asked.begin(), session.asked.end(),
        [&](const auto& one) { return !one.second.cancelled && jobs_.at(one.second.job).alone; });
    if (!is_taken && (!best || load < sessions_[*best].asked.size())) best = process;
  }
  return best;
}

void Dispatcher::send(std::size_t index, std::size_t process, TimePoint now) {
  Job& job = jobs_.at(index);
  nlohmann::json message;
  try {
    message = request_(index);
  } catch (const std::runtime_error& error) {
    finish(index, {.failure = fmt::format("request: {}", error.what())});
    return;
  }
  const std::uint64_t id = ++last_id_;
  message["type"] = "evaluate";
  message["id"] = id;
  message["attempt"] = job.attempts + 1;
  const std::string line = to_line(message);
  if (line.size() > static_cast<std::size_t>(options_.message_bytes)) {
    finish(index, {.failure = fmt::format("request: it takes {} bytes, and message_bytes allows {}",
                                          line.size(), options_.message_bytes)});
    return;
  }
  processes_.send(process, line);
  job.state = Job::State::UnderWay;
  job.by_epoch.clear();
  Session& session = sessions_[process];
  session.was_asked = true;
  session.last_sign = now;
  session.asked[id] = {
      .job = index, .begin = now, .until = now + to_duration(options_.timeout_seconds)};
}

std::string failure_without_process(const std::string& fault, std::int64_t starts) {
  return fmt::format("{} (given up after {} starts)", fault, starts);
}

bool is_without_process(std::string_view failure) {
  return failure.find("(given up after ") != std::string_view::npos &&
         failure.ends_with(" starts)");
}

void Dispatcher::give_up_without_processes() {
  if (is_anyone_left()) return;
  const std::vector<std::size_t> waiting = waiting_jobs(TimePoint::max());
  for (const std::size_t index : waiting) {
    finish(index,
           {.failure = failure_without_process(sessions_.front().fault, options_.retries + 1)});
  }
  if (awaits_more_ && has_worked_ && !waiting.empty()) revive();
}

/// An attempt has failed.
void Dispatcher::retry(std::size_t index, const std::string& fault, TimePoint now) {
  Job& job = jobs_.at(index);
  ++job.attempts;
  if (job.attempts <= options_.retries) {
    job.state = Job::State::Waiting;
    job.not_before = now + backoff(job.attempts);
  } else {
    finish(index, {.failure = job.attempts == 1 ? fault
                                                : fmt::format("{} (in the last of {} attempts)",
                                                              fault, job.attempts)});
  }
}

void Dispatcher::finish(std::size_t index, Outcome outcome) {
  Job& job = jobs_.at(index);
  outcome.seconds = job.seconds;
  outcome.by_epoch = std::move(job.by_epoch);
  jobs_.erase(index);
  sink_(index, std::move(outcome));
}

}  // namespace evonas::evaluation::command
