#include "search/table_search.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

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

/// Takes the screenings away.
void keep_evaluations(std::span<const std::uint32_t> rungs, std::vector<Individual>& told,
                      std::vector<double>& clock) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < told.size(); ++i) {
    if (rungs[i] > 0) continue;
    if (kept < i) told[kept] = std::move(told[i]);
    clock[kept++] = clock[i];
  }
  told.resize(kept);
  clock.resize(kept);
}

}  // namespace

void expect_cost(const std::string& cost) {
  if (!cost.empty()) return;
  throw SearchError(
      "a budget of seconds needs a cost: name the metric of the table that holds the seconds an "
      "evaluation takes");
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

std::optional<TableSearch> search_table(Algorithm& algorithm, const TableLabels& labels,
                                        const TableBudget& budget, const TableReceiver& receive,
                                        const std::stop_token& stop,
                                        std::span<const ScreeningOptions> screening) {
  TableSearch search;
  std::vector<Individual> told;
  std::vector<double> clock;
  bool ended = false;
  while (!ended) {
    if (stop.stop_requested()) return std::nullopt;
    std::size_t wanted = algorithm.batch_size();
    if (budget.evaluations > 0) {
      wanted = std::min(wanted, static_cast<std::size_t>(budget.evaluations - search.evaluations));
    }
    told.clear();
    clock.clear();
    std::vector<spaces::Genotype> asked = algorithm.ask(wanted);
    const std::vector<std::uint32_t> rungs = algorithm.rungs();
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const ScreeningOptions* const screens =
          rungs.empty() ? nullptr : screening_on(rungs.at(i), screening);
      const auto index = static_cast<std::uint64_t>(search.evaluations + search.screenings);
      Individual individual = screens == nullptr
                                  ? labels.label(std::move(asked[i]), index)
                                  : labels.screen(std::move(asked[i]), screens->metric, index);
      const double share = screens == nullptr ? 1.0 : screens->share;
      const double seconds = search.seconds + share * labels.seconds(individual);
      ended = budget.seconds > 0.0 && seconds > budget.seconds;
      if (ended) break;
      search.seconds = seconds;
      ++(screens == nullptr ? search.evaluations : search.screenings);
      told.push_back(std::move(individual));
      clock.push_back(seconds);
    }
    search.exhausted = asked.empty();
    if (!ended && !search.exhausted) algorithm.tell(told);
    if (!rungs.empty()) keep_evaluations(rungs, told, clock);
    receive(told, clock);
    ended = ended || search.exhausted ||
            (budget.evaluations > 0 && search.evaluations >= budget.evaluations);
  }
  return search;
}

}  // namespace evonas::search
