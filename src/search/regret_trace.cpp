#include "search/regret_trace.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json.hpp"

namespace evonas::search {
namespace {

/// The regret of the last step before the first that `is_beyond` is true of.
template <class IsBeyond>
double regret_before(const RegretTrace& trace, const IsBeyond& is_beyond) {
  const auto next = std::ranges::find_if(trace.steps, is_beyond);
  return next == trace.steps.begin() ? trace.without : std::prev(next)->regret;
}

nlohmann::json forecasts_json(std::span<const ForecastPair> forecasts) {
  nlohmann::json json = nlohmann::json::array();
  for (const ForecastPair& pair : forecasts) {
    json.push_back(nlohmann::json::array({pair.evaluation, pair.expected, pair.measured}));
  }
  return json;
}

std::vector<ForecastPair> parse_forecasts(const nlohmann::json& json) {
  std::vector<ForecastPair> forecasts;
  for (const nlohmann::json& pair : json) {
    forecasts.push_back({.evaluation = pair.at(0).get<std::int64_t>(),
                         .expected = pair.at(1).get<double>(),
                         .measured = pair.at(2).get<double>()});
  }
  return forecasts;
}

TimeSplit parse_times(const nlohmann::json& json) {
  TimeSplit times;
  for (const TimePart& part : kTimeParts) times.*part.seconds = json.at(part.name).get<double>();
  return times;
}

}  // namespace

double RegretTrace::regret_after(std::int64_t evaluations) const {
  return regret_before(*this,
                       [&](const RegretStep& step) { return step.evaluations > evaluations; });
}

double RegretTrace::regret_at(double seconds) const {
  return regret_before(*this, [&](const RegretStep& step) { return step.seconds > seconds; });
}

std::optional<RegretStep> RegretTrace::optimum() const {
  const auto found = std::ranges::find(steps, 0.0, &RegretStep::regret);
  if (found == steps.end()) return std::nullopt;
  return *found;
}

nlohmann::json to_json(const RegretTrace& trace) {
  nlohmann::json json = {
      {"engine_seconds", trace.engine_seconds},
      {"steps", steps_json(std::span<const RegretStep>(trace.steps), &RegretStep::regret)}};
  add_end(json, trace.end);
  if (!trace.forecasts.empty()) json["forecasts"] = forecasts_json(trace.forecasts);
  if (trace.times) json["times"] = to_json(*trace.times);
  return json;
}

std::optional<RegretTrace> parse_regret_trace(const nlohmann::json& json, double without) {
  try {
    RegretTrace trace{.without = without};
    trace.end = parse_end(json);
    trace.engine_seconds = json.at("engine_seconds").get<double>();
    trace.steps = parse_steps(json.at("steps"), &RegretStep::regret);
    if (json.contains("forecasts")) trace.forecasts = parse_forecasts(json.at("forecasts"));
    if (json.contains("times")) trace.times = parse_times(json.at("times"));
    return trace;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

double shared_seconds(std::span<const RegretTrace> traces) {
  return shared_end(traces, &TableSearch::seconds);
}

std::int64_t shared_evaluations(std::span<const RegretTrace> traces) {
  return shared_end(traces, &TableSearch::evaluations);
}

}  // namespace evonas::search
