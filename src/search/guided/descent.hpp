#pragma once

#include <span>
#include <vector>

#include "search/origin.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// Who candidates that are bred inside a predictor descend from among the evaluated architectures:
/// of each parent the line of first parents is followed back to one that was evaluated.
class Descent {
 public:
  /// The first members are the evaluated ones, with the numbers 0, 1, 2, ...
  explicit Descent(std::span<const Individual> evaluated);

  /// Adds a candidate, which gets the next number. The parents of `bred` are numbers of members;
  /// those of what is returned are numbers of evaluations.
  Origin add(const Origin& bred);

  std::size_t size() const { return members_.size(); }

 private:
  std::vector<Origin> members_;  ///< with `parent` the evaluated one that its line leads to
};

}  // namespace evonas::search
