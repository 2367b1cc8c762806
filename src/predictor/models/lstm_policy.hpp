#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "predictor/latent_policy.hpp"

namespace evonas::predictor {

/// The policy of arch2vec: a long short-term memory of 128 units reads states and yields the mean
/// of a normal distribution of unit covariance, from which steps are drawn; after each episode one
/// step of Adam with a learning rate of 0.01 makes those likelier that were worth more (REINFORCE:
/// Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement
/// learning", Machine Learning 8, 1992). Each step counts by its own worth, not by what came of it
/// later: that is what the authors' code does, whatever discount it is given.
class LstmPolicy final : public LatentPolicy {
 public:
  /// For states of so many numbers. Weights and steps are drawn from `seed`.
  LstmPolicy(std::size_t width, std::uint64_t seed);
  ~LstmPolicy() override;

  std::vector<double> step(std::span<const double> state) override;
  void learn(std::span<const double> advantages) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evonas::predictor
