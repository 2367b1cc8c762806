#pragma once

#include <span>
#include <vector>

namespace evonas::predictor {

/// Moves through the space in which architectures are embedded, a step after the other, and learns
/// from what the steps were worth. From one thread at a time; the same calls in the same order give
/// the same steps.
class LatentPolicy {
 public:
  virtual ~LatentPolicy() = default;

  /// Where to go from `state`, and from what it remembers of the steps since the last learn(): a
  /// random draw. Both are of the size that the policy was made for.
  virtual std::vector<double> step(std::span<const double> state) = 0;

  /// Learns that each step since the last call was worth so much more than usual, 0 being as much,
  /// and forgets them: an episode begins. There are as many as there were steps.
  virtual void learn(std::span<const double> advantages) = 0;
};

}  // namespace evonas::predictor
