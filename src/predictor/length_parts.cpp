#include "predictor/length_parts.hpp"

#include <algorithm>
#include <numeric>

namespace evonas::predictor {

LengthParts::LengthParts(std::span<const std::size_t> nodes, std::size_t most)
    : order_(nodes.size()), most_(std::max<std::size_t>(1, most)) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const bool is_short = std::ranges::all_of(nodes, [](std::size_t n) { return n <= kShort; });
  if (!is_short) std::ranges::stable_sort(order_, {}, [&](std::size_t i) { return nodes[i]; });
}

std::span<const std::size_t> LengthParts::operator[](std::size_t part) const {
  const std::size_t first = part * most_;
  return std::span(order_).subspan(first, std::min(most_, order_.size() - first));
}

}  // namespace evonas::predictor
