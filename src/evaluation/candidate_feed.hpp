#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {

/// Hands out the candidates of a block in their order: evaluate() by evaluate_each(). The block has
/// to live as long as the feed.
inline CandidateFeed feed_of(std::span<const Candidate> block) {
  return [block, begun = std::size_t{0}]() mutable -> std::optional<Candidate> {
    if (begun == block.size()) return std::nullopt;
    return block[begun++];
  };
}

}  // namespace evonas::evaluation
