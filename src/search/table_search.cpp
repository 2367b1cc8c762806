#include "search/table_search.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/scoped_timer.hpp"

namespace evonas::search {
namespace {

/// What rung `rung` screens by; null for a full evaluation.
const ScreeningOptions* screening_on(std::uint32_t rung,
                                     std::span<const ScreeningOptions> screening) {
  if (rung == 0) return nullptr;
  if (rung <= screening.size()) return &screening[rung - 1];
  throw SearchError(fmt::format("the algorithm asks for rung {}, and there are {} screenings", rung,
                                screening.size()));
}

/// Evaluates or screens `asked`, as the rung of each says, where there are any:
/// LabelSource::evaluate() for several rungs. Those on the same rung that stand beside each other
/// are one batch.
void climb(const LabelSource& labels, std::span<spaces::Genotype> asked,
           const std::vector<std::uint32_t>& rungs, std::span<const ScreeningOptions> screening,
           std::uint64_t first, std::vector<Individual>& told, std::vector<double>& seconds) {
  if (rungs.empty()) {
    labels.evaluate(asked, first, told, seconds);
    return;
  }
  for (std::size_t begin = 0; begin < asked.size();) {
    std::size_t end = begin + 1;
    while (end < asked.size() && rungs.at(end) == rungs.at(begin)) ++end;
    const auto batch = asked.subspan(begin, end - begin);
    if (const ScreeningOptions* const screens = screening_on(rungs.at(begin), screening)) {
      labels.screen(batch, screens->metric, first + begin, told, seconds);
      for (std::size_t i = begin; i < end; ++i) seconds[i] *= screens->share;
    } else {
      labels.evaluate(batch, first + begin, told, seconds);
    }
    begin = end;
  }
}

/// Takes the screenings away from what there is of each of an ask, where there is any.
template <class T>
void keep_evaluations(std::span<const std::uint32_t> rungs, std::vector<T>& of_each) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < of_each.size(); ++i) {
    if (rungs[i] > 0) continue;
    if (kept < i) of_each[kept] = std::move(of_each[i]);
    ++kept;
  }
  of_each.resize(kept);
}

/// What the algorithm expects of those of its last ask that are in `told`; none where it does not
/// say.
std::vector<Forecast> forecasts_of(const Algorithm& algorithm, std::span<const Individual> told) {
  std::vector<Forecast> forecasts = algorithm.forecasts();
  if (!forecasts.empty()) forecasts.resize(told.size());
  return forecasts;
}

}  // namespace

void add_end(nlohmann::json& json, const TableSearch& end) {
  json["evaluations"] = end.evaluations;
  json["training_seconds"] = end.seconds;
  json["exhausted"] = end.exhausted;
  if (end.screenings > 0) json["screenings"] = end.screenings;
}

TableSearch parse_end(const nlohmann::json& json) {
  return {.evaluations = json.at("evaluations").get<std::int64_t>(),
          .seconds = json.at("training_seconds").get<double>(),
          .exhausted = json.at("exhausted").get<bool>(),
          .screenings = json.value("screenings", std::int64_t{0})};
}

void expect_cost(const std::string& cost) {
  if (!cost.empty()) return;
  throw SearchError(
      "a budget of seconds needs a cost: name the metric that holds the seconds an evaluation "
      "takes");
}

std::vector<std::string> screening_metrics(std::span<const AlgorithmOptions> algorithms) {
  std::set<std::string> metrics;
  for (const AlgorithmOptions& options : algorithms) {
    for (const ScreeningOptions& screening : options.guidance.screening) {
      metrics.insert(screening.metric);
    }
  }
  return {metrics.begin(), metrics.end()};
}

std::optional<TableSearch> search_table(Algorithm& algorithm, const LabelSource& labels,
                                        const TableBudget& budget, const TableReceiver& receive,
                                        const std::stop_token& stop,
                                        std::span<const ScreeningOptions> screening,
                                        const ForecastReceiver& receive_forecasts) {
  TableSearch search;
  PhaseClock phases;
  std::vector<Individual> told;
  std::vector<double> taken;  // seconds of each
  std::vector<double> clock;
  bool ended = false;
  // Calls what the algorithm does, and puts the time that takes where it belongs.
  const auto in_algorithm = [&](const auto& call) {
    const PhaseClock::Scope breeding(phases, &TimeSplit::breed);
    double taken_by_it = 0.0;
    {
      const ScopedTimer timer(taken_by_it);
      call();
    }
    if (budget.wall_clock) search.seconds += taken_by_it;
  };
  while (!ended) {
    if (stop.stop_requested()) return std::nullopt;
    std::size_t wanted = algorithm.batch_size();
    if (budget.evaluations > 0) {
      wanted = std::min(wanted, static_cast<std::size_t>(budget.evaluations - search.evaluations));
    }
    told.clear();
    taken.clear();
    clock.clear();
    std::vector<spaces::Genotype> asked;
    in_algorithm([&] { asked = algorithm.ask(wanted); });
    const std::vector<std::uint32_t> rungs = algorithm.rungs();
    {
      const PhaseClock::Scope evaluating(phases, &TimeSplit::evaluate);
      climb(labels, asked, rungs, screening,
            static_cast<std::uint64_t>(search.evaluations + search.screenings), told, taken);
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
      const double seconds = search.seconds + taken[i];
      ended = budget.seconds > 0.0 && seconds > budget.seconds;
      if (ended) break;
      search.seconds = seconds;
      ++(rungs.empty() || rungs[i] == 0 ? search.evaluations : search.screenings);
      clock.push_back(seconds);
    }
    told.resize(clock.size());
    search.exhausted = asked.empty();
    std::vector<Forecast> forecasts;
    if (receive_forecasts) forecasts = forecasts_of(algorithm, told);
    if (!ended && !search.exhausted) {
      in_algorithm([&] { algorithm.tell(told); });
    }
    if (!rungs.empty()) {
      keep_evaluations(rungs, told);
      keep_evaluations(rungs, clock);
      keep_evaluations(rungs, forecasts);
    }
    if (receive_forecasts) receive_forecasts(told, forecasts);
    receive(told, clock);
    ended = ended || search.exhausted ||
            (budget.evaluations > 0 && search.evaluations >= budget.evaluations);
  }
  // What the algorithm took behind the end is in no budget.
  if (budget.seconds > 0.0) search.seconds = std::min(search.seconds, budget.seconds);
  search.times = with_learning(phases.split(), algorithm.learning_time());
  return search;
}

}  // namespace evonas::search
