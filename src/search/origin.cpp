#include "search/origin.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "search/problem.hpp"

namespace evonas::search {
namespace {

constexpr std::array<std::pair<Operator, const char*>, 6> kOperators{{
    {Operator::Random, "random"},
    {Operator::InitialDesign, "initial_design"},
    {Operator::Mutation, "mutation"},
    {Operator::Crossover, "crossover"},
    {Operator::CrossoverAndMutation, "crossover_and_mutation"},
    {Operator::Neighbour, "neighbour"},
}};

}  // namespace

std::string to_string(Operator how) {
  for (const auto& [value, name] : kOperators) {
    if (value == how) return name;
  }
  throw SearchError(fmt::format("no operator has the number {}", static_cast<int>(how)));
}

Operator parse_operator(std::string_view text) {
  for (const auto& [value, name] : kOperators) {
    if (text == name) return value;
  }
  throw SearchError(
      fmt::format("{} is no operator; expected random, initial_design, mutation, crossover, "
                  "crossover_and_mutation or neighbour",
                  evonas::quoted(text)));
}

}  // namespace evonas::search
