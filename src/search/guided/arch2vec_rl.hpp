#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "search/guided/guidance.hpp"
#include "search/novelty.hpp"

namespace evonas::search {

/// Reinforcement learning in an embedding of architectures, arch2vec-RL (Yan, Zheng, Ao, Zeng,
/// Zhang, "Does unsupervised architecture representation learning help neural architecture
/// search?", NeurIPS 2020). A policy takes steps in the space that GuidanceOptions::candidates
/// random architectures are embedded in; each ends at the nearest of these, by the Euclidean
/// distance, that was not asked for. That one is asked for, and the next step begins there. After
/// an episode, by default of 16 steps, the policy learns what they were worth and forgets what it
/// remembers. Where all are used up others are drawn.
///
/// In the paper a step is worth its accuracy, less 0.95: a number that suits one benchmark. Here it
/// is worth the rank-normal score of its architecture in the order of is_better() among all
/// evaluations so far, less their mean, 0, which takes limits as well; a failed one is worth
/// nothing. The first step begins at a random architecture, which is not asked for because of that.
class Arch2VecRl final : public Algorithm {
 public:
  /// Throws SearchError where `guidance` lacks what embeds architectures or makes policies.
  Arch2VecRl(const AlgorithmOptions& options, spaces::AnySpace space, const Guidance& guidance);

  std::size_t batch_size() const override { return episode_ - steps_.size(); }
  /// Throws PredictorError where nothing can be embedded.
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return std::vector<Origin>(asked_); }
  LearningTime learning_time() const override { return time_; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// Draws architectures that were not drawn before; false where there are none.
  bool draw_pool();
  std::span<const double> place(std::size_t number) const;
  /// The number of the nearest architecture of the pool that is left; the pool is not used up.
  std::size_t nearest(std::span<const double> target) const;
  void learn();

  Novelty drawn_;  ///< all that were in a pool
  std::size_t episode_;
  std::size_t pool_size_;
  std::uint64_t seed_;
  LatentSpace latent_;
  std::vector<spaces::Genotype> pool_;
  std::vector<double> places_;  ///< of the pool, `width_` numbers each
  std::size_t width_ = 0;
  std::vector<bool> is_taken_;  ///< by number in the pool: was asked for
  std::size_t left_ = 0;        ///< in the pool
  std::unique_ptr<predictor::LatentPolicy> policy_;
  std::vector<double> state_;
  std::vector<Individual> evaluated_;  ///< that have not failed, the best first
  /// The steps of the episode so far: the index of the evaluation, nothing where that has failed.
  std::vector<std::optional<std::uint64_t>> steps_;
  std::size_t asked_ = 0;  ///< in the last ask
  LearningTime time_;
};

}  // namespace evonas::search
