#include "search/guided/descent.hpp"

#include <algorithm>
#include <utility>

namespace evonas::search {

Descent::Descent(std::span<const Individual> evaluated) {
  members_.reserve(evaluated.size());
  for (const Individual& individual : evaluated) members_.push_back({.parent = individual.index});
}

Origin Descent::add(const Origin& bred) {
  Origin origin{.how = bred.how};
  const auto follow = [&](const std::optional<std::uint64_t>& member) {
    if (!member) return std::optional<std::uint64_t>();
    const Origin& line = members_.at(*member);
    origin.generations = std::max(origin.generations, line.generations + 1);
    return line.parent;
  };
  origin.parent = follow(bred.parent);
  origin.other_parent = follow(bred.other_parent);
  if (!origin.parent) std::swap(origin.parent, origin.other_parent);
  if (origin.other_parent == origin.parent) origin.other_parent.reset();
  members_.push_back(origin);
  return origin;
}

}  // namespace evonas::search
