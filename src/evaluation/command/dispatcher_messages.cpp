#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "evaluation/command/dispatcher.hpp"

namespace evonas::evaluation::command {
namespace {

/// After so many nothing more is kept of an evaluation that reports without an end.
constexpr std::size_t kMostEpochs = 10'000;

}  // namespace

void Dispatcher::on_line(std::size_t process, const std::string& line, TimePoint now) {
  if (line.find_first_not_of(" \t\r") == std::string::npos) return;
  Session& session = sessions_[process];
  session.last_sign = now;
  try {
    const Message message = parse_message(line);
    if (session.state != Session::State::Ready && !std::holds_alternative<Hello>(message)) {
      throw ProtocolError("wrote another message before its hello");
    }
    std::visit([&](const auto& one) { hear(process, one, now); }, message);
  } catch (const ProtocolError& error) {
    fail(process, fmt::format("protocol: it {}", error.what()), now);
  }
}

void Dispatcher::hear(std::size_t process, const Hello& hello, TimePoint now) {
  Session& session = sessions_[process];
  if (session.state != Session::State::Starting) throw ProtocolError("said hello twice");
  if (!hello.refusal.empty()) {
    fail(process, fmt::format("start: it refuses to work: {}", hello.refusal), now);
  } else if (hello.protocol != kProtocolVersion) {
    fail(process,
         fmt::format("start: it speaks version {} of the protocol, and evonas version {}",
                     hello.protocol, kProtocolVersion),
         now);
  } else {
    session.state = Session::State::Ready;
    has_begun_ = true;
    session.slots = static_cast<std::size_t>(hello.slots);
  }
}

void Dispatcher::hear(std::size_t /*process*/, const Heartbeat& /*heartbeat*/, TimePoint /*now*/) {
  // That there was a line is all there is to it.
}

void Dispatcher::hear(std::size_t process, const Progress& progress, TimePoint now) {
  Asked& asked = find(process, progress.id);
  if (asked.cancelled) return;
  Outcome outcome{.failure = fault_of(progress, asked)};
  if (outcome.ok()) {
    asked.epoch = progress.epoch;
    log(process, progress, now);
    keep(progress, jobs_.at(asked.job).by_epoch);
    const auto value = rule_ ? progress.metrics.find(rule_->metric()) : progress.metrics.end();
    if (value == progress.metrics.end()) return;
    if (asked.curve.size() >= kMostEpochs) return;  // as a run that is resumed knows no more either
    asked.curve.emplace_back(progress.epoch, value->second.value);
    const std::optional<std::string> objection = rule_->objection(asked.curve);
    if (!objection) return;
    outcome.failure = fmt::format("{}{}", kStoppedEarly, *objection);
  }
  cancel(process, progress.id, asked, now);
  jobs_.at(asked.job).seconds += seconds_between(asked.begin, now);
  finish(asked.job, std::move(outcome));
}

void Dispatcher::hear(std::size_t process, const Result& result, TimePoint now) {
  Asked asked = find(process, result.id);
  Session& session = sessions_[process];
  session.asked.erase(result.id);
  session.failures = 0;
  session.fruitless = 0;
  has_worked_ = true;
  if (asked.cancelled) return;
  jobs_.at(asked.job).seconds += result.seconds.value_or(seconds_between(asked.begin, now));
  Outcome outcome{.failure = fault_of(result)};
  if (outcome.ok() && result.retry) {
    retry(asked.job, result.failure, now);
    return;
  }
  if (outcome.ok()) outcome.failure = result.failure;
  if (outcome.ok()) {
    for (const Metric& metric : metrics_)
      outcome.metrics[metric.name] = result.metrics.at(metric.name);
    if (rule_ && !asked.curve.empty()) rule_->add(std::move(asked.curve));
  }
  finish(asked.job, std::move(outcome));
}

Dispatcher::Asked& Dispatcher::find(std::size_t process, std::uint64_t id) {
  const auto found = sessions_[process].asked.find(id);
  if (found != sessions_[process].asked.end()) return found->second;
  throw ProtocolError(
      id == 0 || id > last_id_
          ? fmt::format("answered the request {}, which there never was", id)
          : fmt::format("answered the request {} again, or that of another process", id));
}

/// The values of the metrics that are asked for, and of the one that decides about stopping early.
void Dispatcher::keep(const Progress& progress, ValuesByEpoch& by_epoch) const {
  if (by_epoch.size() >= kMostEpochs) return;
  for (const auto& [metric, measurement] : progress.metrics) {
    const bool is_wanted = (rule_ && metric == rule_->metric()) ||
                           std::ranges::count(metrics_, metric, &Metric::name) > 0;
    if (!is_wanted || !std::isfinite(measurement.value)) continue;
    by_epoch[progress.epoch][metric] = measurement.value;
  }
}

/// What is wrong with values on the way; they may be of any metrics.
std::string Dispatcher::fault_of(const Progress& progress, const Asked& asked) const {
  if (!progress.fault.empty()) return "result: it " + progress.fault;
  if (progress.epoch <= asked.epoch) {
    return fmt::format("result: it reported epoch {} after epoch {}", progress.epoch, asked.epoch);
  }
  for (const Metric& metric : metrics_) {
    const auto found = progress.metrics.find(metric.name);
    if (found != progress.metrics.end() && !std::isfinite(found->second.value)) {
      return fmt::format("result: {} is no finite number after epoch {}", metric.name,
                         progress.epoch);
    }
  }
  return {};
}

/// What is wrong with a result; one of success has every metric.
std::string Dispatcher::fault_of(const Result& result) const {
  if (!result.fault.empty()) return "result: it " + result.fault;
  if (!result.failure.empty()) return {};
  for (const Metric& metric : metrics_) {
    const auto found = result.metrics.find(metric.name);
    if (found == result.metrics.end()) {
      return fmt::format("result: it did not report {}", metric.name);
    }
    if (!std::isfinite(found->second.value)) {
      return fmt::format("result: {} is no finite number", metric.name);
    }
  }
  return {};
}

void Dispatcher::log(std::size_t process, const Progress& progress, TimePoint now) {
  std::string line =
      fmt::format("process {}: request {}: epoch {}", process + 1, progress.id, progress.epoch);
  for (const auto& [metric, value] : progress.metrics) {
    line += fmt::format(" {}={}", metric, value.value);
  }
  progress_log_.append(line + "\n", now);
}

}  // namespace evonas::evaluation::command
