#include "cli/run/progress.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace evonas::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::chrono::seconds kBetweenLines{1};

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
  const std::int64_t hours = whole / 3600;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(Log& log, const search::SearchSetup& setup,
                   std::map<std::string, evaluation::Metric> metrics)
    : log_(log),
      problem_(setup.problem),
      budget_(setup.budget),
      metrics_(std::move(metrics)),
      sources_(std::max<std::size_t>(setup.sources.size(), 1)),
      screens_(!setup.algorithm.guidance.screening.empty()) {}

void Progress::on_resume(std::uint64_t evaluations) {
  stored_ = evaluations;
  log_.info(fmt::format("{} evaluations are stored and not made again", evaluations));
}

void Progress::on_generation_begin(std::uint64_t generation, std::size_t /*size*/) {
  generation_ = generation;
  draw();
}

void Progress::on_source_begin(const std::string& source, std::size_t size) {
  source_ = source;
  source_size_ = size;
  source_done_ = 0;
  draw();
}

void Progress::on_outcome(const std::string& source, std::uint64_t index,
                          const evaluation::Outcome& outcome) {
  // Beside the one that takes long an asynchronous search asks others, about each architecture.
  if (source == source_) ++source_done_;
  ++outcomes_;
  session_training_seconds_ += outcome.seconds;
  if (!outcome.ok()) {
    log_.detail(fmt::format("evaluation {}: {} failed: {}", index, source, outcome.failure));
  }
  draw();
}

void Progress::on_evaluation(const search::EvaluationRecord& record) {
  ++(record.rung == 0 ? evaluations_ : screenings_);
  training_seconds_ += record.seconds;
  std::string values;
  for (const auto& [metric, measurement] : record.metrics) {
    values += fmt::format(" {}={}", metric, measurement.value);
  }
  log_.detail(fmt::format("{} {} {} {}{}{}", record.rung == 0 ? "evaluation" : "screening",
                          record.index, record.key.hex(), record.architecture, values,
                          record.ok() ? "" : " failed: " + record.failure));
}

void Progress::on_fit(bool begins) {
  fits_ = begins;
  log_.note(fmt::format("fit {} after {} evaluations", begins ? "begins" : "ends", evaluations_));
  if (begins) last_draw_ = {};  // it may be long until the next
  draw();
}

search::Verdict Progress::on_generation_end(const search::GenerationRecord& record) {
  evaluations_ = record.evaluations;
  state_ = generation_text(record);
  const std::string line = fmt::format("generation {}: {}", record.generation, state_);
  const auto now = Clock::now();
  if (!log_.on_terminal() && now - last_line_ >= kBetweenLines) {
    last_line_ = now;
    log_.info(fmt::format("{}, {}", line, time_text()));
  } else {
    log_.detail(line);
  }
  draw();
  return search::Verdict::Continue;
}

std::string Progress::value_text(const std::string& metric, double value) const {
  const auto found = metrics_.find(metric);
  const std::string unit = found == metrics_.end() ? "" : found->second.unit;
  return fmt::format("{} {:.5g}{}{}", metric, value, unit.empty() ? "" : " ", unit);
}

std::string Progress::generation_text(const search::GenerationRecord& record) const {
  std::string text = fmt::format("{} evaluated", record.evaluations);
  if (record.failures > 0) text += fmt::format(", {} failed", record.failures);
  if (screenings_ > 0) text += fmt::format(", {} screened", screenings_);
  if (record.feasible == 0) {
    return problem_.limits.empty() ? text : text + ", none within the limits yet";
  }
  for (std::size_t i = 0; i < record.best.size() && i < problem_.objectives.size(); ++i) {
    if (!record.best[i]) continue;
    text +=
        (i == 0 ? ", best " : ", ") + value_text(problem_.objectives[i].metric, *record.best[i]);
  }
  if (problem_.objectives.size() > 1) text += fmt::format(", front of {}", record.front_size);
  return text;
}

std::string Progress::time_text() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  std::string text = format_duration(seconds);
  double left = -1.0;
  const auto total = static_cast<double>(budget_.evaluations);
  // Every source reports once on every evaluation, so reports measure progress within a generation;
  // but not where some of them screen.
  const double done = screens_ ? static_cast<double>(evaluations_ - std::min(stored_, evaluations_))
                               : static_cast<double>(outcomes_) / static_cast<double>(sources_);
  if (total > 0 && done >= 1.0) {
    left = seconds / done * (total - static_cast<double>(stored_) - done);
  }
  const auto end_in = [&](double until) { left = left < 0 ? until : std::min(left, until); };
  if (budget_.seconds > 0) end_in(budget_.seconds - seconds);
  if (budget_.training_seconds > 0 && session_training_seconds_ > 0) {
    end_in(seconds / session_training_seconds_ * (budget_.training_seconds - training_seconds_));
  }
  if (left > 0) text += fmt::format(", about {} left", format_duration(left));
  return text;
}

void Progress::draw() {
  if (!log_.on_terminal()) return;
  const auto now = Clock::now();
  if (now - last_draw_ < kBetweenDraws) return;
  last_draw_ = now;
  // The time comes first: a narrow terminal cuts the end off.
  std::string line = fmt::format("{} | generation {}", time_text(), generation_);
  if (fits_) {
    line += ", fitting";
  } else if (source_size_ > 0) {
    line += fmt::format(", {} {}/{}", source_, source_done_, source_size_);
  }
  if (!state_.empty()) line += " | " + state_;
  log_.progress(line);
}

}  // namespace evonas::cli
