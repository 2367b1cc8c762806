#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "search/running_tau.hpp"
#include "search/table_search.hpp"

namespace evonas::search {

/// The regret that a search has from some moment on.
struct RegretStep {
  std::int64_t evaluations = 0;
  double seconds = 0.0;  ///< of the simulated clock
  double regret = 0.0;
};

/// The regret of one search of a benchmark over its evaluations and over the simulated clock.
struct RegretTrace {
  double without = 0.0;  ///< regret before the first evaluation
  /// The first evaluation, and every later one that found something better.
  std::vector<RegretStep> steps;
  TableSearch end;              ///< behind it the regret stays as it was
  double engine_seconds = 0.0;  ///< wall time of the search
  /// What the algorithm expected of the objective, where it expects anything, in the metric's own
  /// sense; in the order of evaluation.
  std::vector<ForecastPair> forecasts = {};
  /// What `engine_seconds` went to; nothing where an evonas kept the search that did not note it.
  std::optional<TimeSplit> times = {};

  double regret_after(std::int64_t evaluations) const;
  /// What the evaluations that were finished at that second of the clock had found.
  double regret_at(double seconds) const;
  /// Where it found the optimum; nothing where it did not.
  std::optional<RegretStep> optimum() const;
};

/// `{"evaluations", "training_seconds", "exhausted", "engine_seconds", "steps": [[evaluations,
/// seconds, regret], ...]}`, "screenings" where there are any, "forecasts": [[evaluation, expected,
/// measured], ...] likewise, and "times" by kTimeParts; `without` is not in it.
nlohmann::json to_json(const RegretTrace& trace);

/// The trace that to_json() wrote, whatever of "screenings", "forecasts" and "times" is there;
/// nothing where it is none.
std::optional<RegretTrace> parse_regret_trace(const nlohmann::json& json, double without);

/// How far along the clock the regrets of searches can be compared: to the end of the shortest of
/// them, where those that exhausted their space count only if all did. 0 where there are none.
double shared_seconds(std::span<const RegretTrace> traces);
/// Likewise in evaluations.
std::int64_t shared_evaluations(std::span<const RegretTrace> traces);

}  // namespace evonas::search
