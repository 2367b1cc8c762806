#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "search/algorithm.hpp"
#include "search/label_source.hpp"
#include "search/time_split.hpp"

namespace evonas::search {

/// When a search of a benchmark ends, whichever comes first; 0 sets no limit.
struct TableBudget {
  std::int64_t evaluations = 0;  ///< screenings do not count
  double seconds = 0.0;          ///< of the simulated clock
  /// Whether that clock also shows what the algorithm itself takes, on the threads of the calling
  /// TBB arena: wall time, as a search has it whose evaluations are made one after the other. Such
  /// a search does not repeat to the second.
  bool wall_clock = false;
};

/// Throws SearchError where a budget of seconds comes without a `cost`, the metric that holds the
/// seconds of an evaluation.
void expect_cost(const std::string& cost);

/// How far it went.
struct TableSearch {
  std::int64_t evaluations = 0;
  double seconds = 0.0;         ///< of the simulated clock
  bool exhausted = false;       ///< the algorithm found nothing more to ask for
  std::int64_t screenings = 0;  ///< beside the evaluations
  TimeSplit times = {};         ///< what its own wall time went to
};

/// What an interrupted benchmark keeps of it, without times: members of an object that holds more,
/// and back. Reading throws nlohmann::json::exception for anything else.
void add_end(nlohmann::json& json, const TableSearch& end);
TableSearch parse_end(const nlohmann::json& json);

/// One moment of a search and the figure that it had reached then.
template <class Step>
nlohmann::json steps_json(std::span<const Step> steps, double Step::*figure) {
  nlohmann::json json = nlohmann::json::array();
  for (const Step& step : steps) {
    json.push_back(nlohmann::json::array({step.evaluations, step.seconds, step.*figure}));
  }
  return json;
}

/// Throws nlohmann::json::exception for anything but steps_json().
template <class Step>
std::vector<Step> parse_steps(const nlohmann::json& json, double Step::*figure) {
  std::vector<Step> steps;
  for (const nlohmann::json& triple : json) {
    Step& step = steps.emplace_back();
    step.evaluations = triple.at(0).get<std::int64_t>();
    step.seconds = triple.at(1).get<double>();
    step.*figure = triple.at(2).get<double>();
  }
  return steps;
}

/// How far along `member` searches can be compared, each of which has an `end`: to that of the
/// shortest of them, where those that exhausted their space count only if all did, and then to that
/// of the longest. 0 where there are none.
template <class Trace, class Number>
Number shared_end(std::span<const Trace> traces, Number TableSearch::*member) {
  Number least = std::numeric_limits<Number>::max();
  Number most = 0;
  bool any = false;
  for (const Trace& trace : traces) {
    most = std::max(most, trace.end.*member);
    if (trace.end.exhausted) continue;
    least = std::min(least, trace.end.*member);
    any = true;
  }
  return any ? least : most;
}

/// The metrics that any of the algorithms screens by, each once.
std::vector<std::string> screening_metrics(std::span<const AlgorithmOptions> algorithms);

/// Receives the evaluations of one ask, which it may take, and what the clock showed after each;
/// screenings are not among them.
using TableReceiver =
    std::function<void(std::span<Individual> evaluated, std::span<const double> clock)>;

/// Receives, ahead of TableReceiver, the same evaluations and what the algorithm expected of each
/// before it was told of them: as many, or none (Algorithm::forecasts()).
using ForecastReceiver =
    std::function<void(std::span<const Individual> evaluated, std::span<const Forecast> forecasts)>;

/// Searches with the labels of a table or of other sources, on a simulated clock: it shows the
/// seconds that the evaluations so far would have taken one after the other, and nothing else costs
/// time unless TableBudget::wall_clock says so. No evaluation is paid twice, because no algorithm
/// asks twice for what its `identity` takes for the same. One that would end behind the last second
/// of the budget is not counted. Returns nothing where `stop` ended the search early.
///
/// `screening` says what the algorithm's rungs are (Algorithm::rungs()): a metric that `labels`
/// have for that, and the share that a screening takes of the seconds of the evaluation.
/// `receive_forecasts` may be empty.
std::optional<TableSearch> search_table(Algorithm& algorithm, const LabelSource& labels,
                                        const TableBudget& budget, const TableReceiver& receive,
                                        const std::stop_token& stop,
                                        std::span<const ScreeningOptions> screening = {},
                                        const ForecastReceiver& receive_forecasts = {});

}  // namespace evonas::search
