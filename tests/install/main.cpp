#include <cstdio>

#include "search/algorithm.hpp"
#include "spaces/nasbench201.hpp"

// Asks a search algorithm for two architectures and prints them.
int main() {
  const evonas::spaces::AnySpace space{evonas::spaces::NasBench201()};
  const evonas::search::Problem problem{
      .objectives = {{.metric = "accuracy", .goal = evonas::search::Goal::Maximize}}};
  const auto algorithm = evonas::search::make_algorithm({.algorithm = "random"}, space, problem);
  for (const auto& genotype : algorithm->ask(2)) std::puts(space.format(genotype).c_str());
}
