#include "search/algorithm.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "search/guided/arch2vec_rl.hpp"
#include "search/guided/bananas.hpp"
#include "search/guided/predictor_guided.hpp"
#include "search/local_search.hpp"
#include "search/nsga2.hpp"
#include "search/ofa_evolution.hpp"
#include "search/random_search.hpp"
#include "search/regularized_evolution.hpp"

namespace evonas::search {
namespace {

void expect_range(std::string_view option, double value, double minimum, double maximum) {
  if (value >= minimum && value <= maximum) return;
  throw SearchError(fmt::format("the option '{}' of the search algorithm is {}; give {} to {}",
                                option, value, minimum, maximum));
}

void expect_valid(const AlgorithmOptions& options) {
  expect_range("population", static_cast<double>(options.population), 0, 1e6);
  expect_range("tournament", static_cast<double>(options.tournament), 1, 1e6);
  expect_range("tournament_share", options.tournament_share, 0, 1);
  if (options.deaths != "oldest" && options.deaths != "none") {
    throw SearchError(
        fmt::format("the option 'deaths' of the search algorithm is {}; give oldest or none",
                    evonas::quoted(options.deaths)));
  }
  expect_range("crossover_probability", options.crossover_probability, 0, 1);
  expect_range("mutation_probability", options.mutation_probability, 0, 1);
  expect_range("batch", static_cast<double>(options.batch), 0, 1e5);
  if (options.identity != "network" && options.identity != "genotype") {
    throw SearchError(
        fmt::format("the option 'identity' of the search algorithm is {}; give network or genotype",
                    evonas::quoted(options.identity)));
  }
  if (options.driver != "synchronous" && options.driver != "asynchronous") {
    throw SearchError(fmt::format(
        "the option 'driver' of the search algorithm is {}; give synchronous or asynchronous",
        evonas::quoted(options.driver)));
  }
  if (const std::string fault = asynchronous_fault(options); !fault.empty()) {
    throw SearchError(fmt::format("the option 'driver' of the search algorithm: {}", fault));
  }
  if (!options.guidance.screening.empty() && options.algorithm != "predictor_guided") {
    throw SearchError(
        fmt::format("the algorithm {} does not read `guidance.screening`; leave it out or choose "
                    "predictor_guided",
                    options.algorithm));
  }
}

void expect_one_objective(const AlgorithmOptions& options, const Problem& problem) {
  if (problem.objectives.size() == 1) return;
  throw SearchError(
      fmt::format("the algorithm {} has one objective, but the problem has {}; turn the others "
                  "into limits or choose nsga2 or predictor_guided",
                  options.algorithm, problem.objectives.size()));
}

}  // namespace

std::string asynchronous_fault(const AlgorithmOptions& options) {
  if (options.driver != "asynchronous") return {};
  if (!options.guidance.screening.empty()) {
    return "asynchronous chooses one architecture at a time, and `guidance.screening` compares "
           "those "
           "of a whole batch: leave one of the two out";
  }
  if (options.algorithm == "arch2vec_rl") {
    return "asynchronous chooses an architecture while others are evaluated, and arch2vec_rl "
           "learns "
           "from whole batches: use the synchronous driver, or another algorithm";
  }
  return {};
}

std::unique_ptr<Algorithm> make_algorithm(const AlgorithmOptions& options, spaces::AnySpace space,
                                          const Problem& problem, const Guidance& guidance) {
  expect_valid(options);
  if (problem.objectives.empty()) {
    throw SearchError("the problem has no objective; give at least one under 'objectives'");
  }
  if (options.algorithm == "random") {
    return std::make_unique<RandomSearch>(options, std::move(space));
  }
  if (options.algorithm == "regularized_evolution") {
    expect_one_objective(options, problem);
    return std::make_unique<RegularizedEvolution>(options, std::move(space));
  }
  if (options.algorithm == "local_search") {
    expect_one_objective(options, problem);
    if (!space.has_neighbours()) {
      throw SearchError(
          fmt::format("the algorithm local_search needs a space that lists neighbours, and the "
                      "space {} does not; choose regularized_evolution or nsga2",
                      space.name()));
    }
    return std::make_unique<LocalSearch>(options, std::move(space));
  }
  if (options.algorithm == "nsga2") {
    return std::make_unique<Nsga2>(options, Novelty(options, std::move(space)));
  }
  if (options.algorithm == "predictor_guided") {
    return std::make_unique<PredictorGuided>(options, std::move(space), problem, guidance);
  }
  if (options.algorithm == "bananas") {
    expect_one_objective(options, problem);
    return std::make_unique<Bananas>(options, std::move(space), problem, guidance);
  }
  if (options.algorithm == "ofa_evolution") {
    expect_one_objective(options, problem);
    return std::make_unique<OfaEvolution>(options, std::move(space), problem, guidance);
  }
  if (options.algorithm == "arch2vec_rl") {
    expect_one_objective(options, problem);
    return std::make_unique<Arch2VecRl>(options, std::move(space), guidance);
  }
  const std::array<std::string, 8> names{
      "random",  "regularized_evolution", "local_search", "nsga2", "predictor_guided",
      "bananas", "ofa_evolution",         "arch2vec_rl"};
  const std::string nearest = nearest_name(options.algorithm, names);
  throw SearchError(fmt::format(
      "there is no search algorithm {}{}; choose one of {}", evonas::quoted(options.algorithm),
      nearest.empty() ? "" : ", did you mean " + nearest + "?", fmt::join(names, ", ")));
}

}  // namespace evonas::search
