#include "evaluation/graph_costs.hpp"

#include <doctest/doctest.h>

#include "contract/evaluator_contract.hpp"
#include "graph/cost.hpp"
#include "spaces/nasbench201.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

TEST_CASE("costs of the graph pass the contract and equal those of the graph") {
  const spaces::AnySpace space{spaces::NasBench201({.channels = 4, .cells_per_stage = 1})};
  const spaces::NetworkInput input{1, 28, 28, 10};
  GraphCosts costs(space, input);
  for (const Metric& metric : costs.metrics()) CHECK(metric.cost == CostClass::Free);
  const std::vector<Candidate> block = sample_candidates(space, 100);
  check_evaluator(costs, block);
  const auto outcomes = outcomes_of(costs, block);
  for (std::size_t i = 0; i < block.size(); ++i) {
    REQUIRE(outcomes[i]->ok());
    const graph::Cost cost = graph::cost(space.network(block[i].genotype, input));
    const auto& metrics = outcomes[i]->metrics;
    CHECK(metrics.at("params").value == static_cast<double>(cost.parameters));
    CHECK(metrics.at("macs").value == static_cast<double>(cost.macs));
    CHECK(metrics.at("flops").value == static_cast<double>(cost.flops));
    CHECK(metrics.at("memory_bytes").value == static_cast<double>(cost.peak_activation_bytes));
  }
}

TEST_CASE("what cannot be built is a failure with a reason") {
  const spaces::AnySpace space{spaces::NasBench201()};
  GraphCosts costs(space, {3, 32, 32, 10});
  const std::vector<Candidate> block{{.genotype = spaces::Genotype({9})},
                                     {.genotype = space.at(5)}};
  const auto outcomes = outcomes_of(costs, block);
  CHECK(outcomes[0]->failure.find("6 genes") != std::string::npos);
  CHECK(outcomes[1]->ok());
}
