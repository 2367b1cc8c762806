#include "search/table_search.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace evonas::search {

void expect_cost(const std::string& cost) {
  if (!cost.empty()) return;
  throw SearchError(
      "a budget of seconds needs a cost: name the metric of the table that holds the seconds an "
      "evaluation takes");
}

std::optional<TableSearch> search_table(Algorithm& algorithm, const TableLabels& labels,
                                        const TableBudget& budget, const TableReceiver& receive,
                                        const std::stop_token& stop) {
  TableSearch search;
  std::vector<Individual> evaluated;
  std::vector<double> clock;
  bool ended = false;
  while (!ended) {
    if (stop.stop_requested()) return std::nullopt;
    std::size_t wanted = algorithm.batch_size();
    if (budget.evaluations > 0) {
      wanted = std::min(wanted, static_cast<std::size_t>(budget.evaluations - search.evaluations));
    }
    evaluated.clear();
    clock.clear();
    std::vector<spaces::Genotype> asked = algorithm.ask(wanted);
    for (spaces::Genotype& genotype : asked) {
      Individual individual =
          labels.label(std::move(genotype), static_cast<std::uint64_t>(search.evaluations));
      const double seconds = search.seconds + labels.seconds(individual);
      ended = budget.seconds > 0.0 && seconds > budget.seconds;
      if (ended) break;
      search.seconds = seconds;
      ++search.evaluations;
      evaluated.push_back(std::move(individual));
      clock.push_back(seconds);
    }
    search.exhausted = asked.empty();
    if (!ended && !search.exhausted) algorithm.tell(evaluated);
    receive(evaluated, clock);
    ended = ended || search.exhausted ||
            (budget.evaluations > 0 && search.evaluations >= budget.evaluations);
  }
  return search;
}

}  // namespace evonas::search
