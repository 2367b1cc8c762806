#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// Options of every algorithm; an algorithm reads those that concern it.
struct AlgorithmOptions {
  std::string algorithm = "nsga2";
  std::int64_t population = 20;
  std::int64_t tournament = 10;
  double crossover_probability = 0.9;
  double mutation_probability = 1.0;
  std::int64_t batch = 0;
  std::uint64_t seed = 1;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("algorithm", algorithm, "how architectures are chosen",
          one_of({"random", "regularized_evolution", "local_search", "nsga2"}));
    visit("population", population, "members of the population", between(2, 1000000));
    visit("tournament", tournament, "members that compete to be a parent (regularized_evolution)",
          between(1, 1000000));
    visit("crossover_probability", crossover_probability,
          "share of children with two parents (nsga2)", between(0, 1));
    visit("mutation_probability", mutation_probability,
          "share of children that are mutated (nsga2)", between(0, 1));
    visit("batch", batch,
          "architectures evaluated before the next are chosen; 0 is the algorithm's own",
          between(0, 100000));
    visit("seed", seed, "seed of every random choice");
  }
};

/// A search algorithm by ask and tell. It owns neither budget, threads nor storage. Deterministic:
/// the same options and the same tells give the same asks, on any number of threads.
class Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// How many architectures the algorithm likes to ask for next.
  virtual std::size_t batch_size() const = 0;

  /// At most `count` distinct architectures, none equal by key to one that was asked before. Fewer,
  /// or none, where the space holds no more that can be found in a bounded number of attempts. May
  /// use all threads of the calling TBB arena.
  virtual std::vector<spaces::Genotype> ask(std::size_t count) = 0;

  /// The evaluations of the last ask, complete and in its order.
  virtual void tell(std::span<const Individual> evaluated) = 0;
};

/// The algorithm that `options` names. Throws SearchError for one that does not exist or does not
/// fit the problem (regularized_evolution and local_search have one objective) or the space.
std::unique_ptr<Algorithm> make_algorithm(const AlgorithmOptions& options, spaces::AnySpace space,
                                          const Problem& problem);

}  // namespace evonas::search
