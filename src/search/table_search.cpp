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

/// Evaluates or screens `asked`, as the rung of each says: LabelSource::evaluate() for several
/// rungs. Those on the same rung that stand beside each other are one batch.
void climb(const LabelSource& labels, std::span<spaces::Genotype> asked,
           const std::vector<std::uint32_t>& rungs, std::span<const ScreeningOptions> screening,
           std::uint64_t first, std::vector<Individual>& told, std::vector<double>& seconds) {
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
                                        std::span<const ScreeningOptions> screening) {
  TableSearch search;
  std::vector<Individual> told;
  std::vector<double> taken;  // seconds of each
  std::vector<double> clock;
  bool ended = false;
  while (!ended) {
    if (stop.stop_requested()) return std::nullopt;
    std::size_t wanted = algorithm.batch_size();
    if (budget.evaluations > 0) {
      wanted = std::min(wanted, static_cast<std::size_t>(budget.evaluations - search.evaluations));
    }
    told.clear();
    taken.clear();
    clock.clear();
    std::vector<spaces::Genotype> asked = algorithm.ask(wanted);
    const std::vector<std::uint32_t> rungs = algorithm.rungs();
    const auto first = static_cast<std::uint64_t>(search.evaluations + search.screenings);
    if (rungs.empty()) {
      labels.evaluate(asked, first, told, taken);
    } else {
      climb(labels, asked, rungs, screening, first, told, taken);
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
    if (!ended && !search.exhausted) algorithm.tell(told);
    if (!rungs.empty()) keep_evaluations(rungs, told, clock);
    receive(told, clock);
    ended = ended || search.exhausted ||
            (budget.evaluations > 0 && search.evaluations >= budget.evaluations);
  }
  return search;
}

}  // namespace evonas::search
