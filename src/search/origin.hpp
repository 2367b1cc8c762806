#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evonas::search {

/// What an algorithm did to come by an architecture.
enum class Operator {
  Random,         ///< drew it
  InitialDesign,  ///< chose it among random ones, to be spread over a metric (predictor_guided)
  Mutation,
  Crossover,
  CrossoverAndMutation,
  Neighbour,  ///< took it from the neighbourhood of another (local_search)
};

/// "random", "initial_design", "mutation", "crossover", "crossover_and_mutation", "neighbour".
std::string to_string(Operator how);
/// The operator of that name. Throws SearchError for another text.
Operator parse_operator(std::string_view text);

/// How an architecture came to be asked for, and from which evaluated ones.
struct Origin {
  Operator how = Operator::Random;
  /// Numbers of evaluations (Individual::index), the second one for a crossover of two. Nothing for
  /// what was drawn at random, and where none of its ancestors was evaluated.
  std::optional<std::uint64_t> parent;
  std::optional<std::uint64_t> other_parent;
  /// How many generations lie between the parents and it: 1 for their child, more for what was bred
  /// inside a predictor, of which `how` is the last step.
  std::uint64_t generations = 0;

  bool operator==(const Origin&) const = default;
};

}  // namespace evonas::search
