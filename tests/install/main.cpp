#include <cstdio>
#include <memory>

#include "evaluation/graph_costs.hpp"
#include "search/driver.hpp"
#include "stack_space.hpp"

// Searches the stack space from C++: many parameters for few multiply-accumulates.
int main() {
  namespace search = evonas::search;
  const evonas::spaces::AnySpace space{StackSpace(8)};
  const auto input = evonas::spaces::NetworkInput::parse("fashion_mnist");
  const search::SearchSetup setup{
      .space = space,
      .problem = {.objectives = {{.metric = "params", .goal = search::Goal::Maximize},
                                 {.metric = "macs", .goal = search::Goal::Minimize}}},
      .algorithm = {.algorithm = "nsga2", .population = 20, .seed = 1},
      .budget = {.evaluations = 200},
      .sources = {{"graph", std::make_shared<evonas::evaluation::GraphCosts>(space, input)}}};
  const search::SearchSummary summary = search::run_search(setup, nullptr, {}, {});
  for (const std::size_t i : summary.front) {
    const auto& found = summary.evaluations[i];
    std::printf("%s %.0f %.0f\n", found.architecture.c_str(), found.metrics.at("params").value,
                found.metrics.at("macs").value);
  }
}
