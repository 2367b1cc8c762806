#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "search/guided/guidance.hpp"
#include "search/novelty.hpp"

namespace evonas::search {

/// BANANAS (White, Neiswanger, Savani, "BANANAS: Bayesian optimization with neural architectures
/// for neural architecture search", AAAI 2021): after ten random architectures the predictor
/// `path_networks` is fitted from scratch before each batch, by default of ten. Candidates are 100
/// mutants, those of the best architecture first, then of the next best, up to the tenth. Each
/// candidate's value is drawn from the normal distribution that is believed of it, independently of
/// the others (independent Thompson sampling), and the best draws are asked for. Where there are
/// fewer candidates than are asked for, random architectures follow.
///
/// What is predicted is the place of an architecture in the order of is_better(), as a rank-normal
/// score, so that those that break a limit are worse than all that do not. Limits are paid for like
/// the objective, also those that could be known at once.
class Bananas final : public Algorithm {
 public:
  /// Throws SearchError where `guidance` lacks what makes predictors, and PredictorError.
  Bananas(const AlgorithmOptions& options, spaces::AnySpace space, const Problem& problem,
          const Guidance& guidance);

  std::size_t batch_size() const override;
  /// Throws PredictorError where the predictor cannot be fitted.
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return origins_; }
  LearningTime learning_time() const override { return time_; }
  void watch_fits(const FitWatch& watch) override { watch_ = watch; }
  void tell(std::span<const Individual> evaluated) override;

 private:
  /// Architectures, and the number of the evaluation that each is a mutant of.
  struct Mutants {
    std::vector<spaces::Genotype> genotypes;
    std::vector<std::uint64_t> parents;
  };

  /// Mutants of the best, distinct and none of them asked for before.
  Mutants candidates() const;
  void learn();
  /// Positions of candidates by a draw from what is believed of each, the best first.
  std::vector<std::size_t> drawn_order(std::span<const spaces::Genotype> candidates);

  Novelty novelty_;
  std::size_t batch_;
  std::uint64_t seed_;
  std::unique_ptr<predictor::Predictor> predictor_;
  std::vector<Individual> evaluated_;  ///< that have not failed, the best first
  std::vector<Origin> origins_;        ///< of the last ask
  LearningTime time_;
  FitWatch watch_;
  std::size_t asked_ = 0;
  std::size_t told_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace evonas::search
