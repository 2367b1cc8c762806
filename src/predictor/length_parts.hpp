#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evonas::predictor {

/// Cuts a block of graphs into the parts that a network scores at once, each of which is padded to
/// its own longest graph. Graphs are ordered by length first, so that graphs of a part are about
/// equally long and little is padded: a network of 20 nodes does not pay for one of 400.
///
/// Blocks of short graphs alone, such as cells, stay in their order: there is little padding to
/// save, and what else is in a block then changes no more of a score than what else is in its part
/// does. (Padding changes scores by rounding: other shapes of matrices are multiplied in another
/// order.)
class LengthParts {
 public:
  /// Blocks whose longest graph has no more nodes than this stay in their order.
  static constexpr std::size_t kShort = 48;

  /// `nodes`: of each graph. `most`: graphs in a part, at least one; all parts but the last have as
  /// many. Graphs of equal length stay in their order, so the same block has the same parts.
  LengthParts(std::span<const std::size_t> nodes, std::size_t most);

  /// How many parts there are.
  std::size_t size() const { return (order_.size() + most_ - 1) / most_; }

  /// The numbers of the graphs of a part, `part` being below size().
  std::span<const std::size_t> operator[](std::size_t part) const;

 private:
  std::vector<std::size_t> order_;
  std::size_t most_;
};

}  // namespace evonas::predictor
