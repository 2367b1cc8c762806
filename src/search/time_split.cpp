#include "search/time_split.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "base/json.hpp"
#include "search/algorithm.hpp"
#include "search/problem.hpp"

namespace evonas::search {

TimeSplit with_learning(TimeSplit times, const LearningTime& learning) {
  times.fit += learning.fit;
  times.score += learning.score;
  times.breed = std::max(0.0, times.breed - learning.fit - learning.score);
  return times;
}

nlohmann::json to_json(const TimeSplit& times) {
  nlohmann::json json = nlohmann::json::object();
  for (const TimePart& part : kTimeParts) json[part.name] = times.*part.seconds;
  return json;
}

std::string to_string(const TimeSplit& times) {
  std::string text;
  for (const TimePart& part : kTimeParts) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", part.name, times.*part.seconds);
  }
  return text;
}

TimeSplit parse_time_split(std::string_view text) {
  TimeSplit times;
  std::string_view rest = text;
  for (const TimePart& part : kTimeParts) {
    const std::string name = fmt::format("{}{}=", rest.size() == text.size() ? "" : " ", part.name);
    double& seconds = times.*part.seconds;
    const bool named = rest.starts_with(name);
    if (named) rest.remove_prefix(name.size());
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), seconds);
    if (!named || error != std::errc() || !(seconds >= 0.0)) {
      throw SearchError(fmt::format("'{}' is no split of a run's time; expected seconds as in '{}'",
                                    text, to_string(TimeSplit{})));
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  if (!rest.empty()) {
    throw SearchError(
        fmt::format("'{}' is no split of a run's time; nothing is expected behind '{}'", text,
                    to_string(times)));
  }
  return times;
}

void PhaseClock::add(const TimeSplit& earlier) {
  for (const TimePart& part : kTimeParts) split_.*part.seconds += earlier.*part.seconds;
}

TimeSplit PhaseClock::split() const {
  const std::chrono::duration<double> lap = std::chrono::steady_clock::now() - entered_;
  TimeSplit now = split_;
  now.*part_ += lap.count();
  return now;
}

void PhaseClock::enter(double TimeSplit::*part) {
  const auto now = std::chrono::steady_clock::now();
  split_.*part_ += std::chrono::duration<double>(now - entered_).count();
  part_ = part;
  entered_ = now;
}

}  // namespace evonas::search
