#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "predictor/decorators.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

/// What an earlier task says of the architectures of a space: a predictor that was fitted to other
/// labels in the same space, of another dataset, of fewer epochs or of an earlier search.
/// Immutable; safe from many threads.
class Prior {
 public:
  /// `earlier` is fitted, and predicts architectures of `space`.
  Prior(std::unique_ptr<Predictor> earlier, const spaces::AnySpace& space);

  /// What it expects of each architecture, as a rank-normal score among random architectures of the
  /// space: 0 is usual, and the unit of its labels has no part in it.
  std::vector<double> scores(std::span<const spaces::Genotype> block) const;

 private:
  CachedPredictor earlier_;  // labels are asked about with every refresh
  RankNormal ranks_;
};

/// Another predictor that learns from its labels only what a prior does not say: it is fitted to
/// what is left of their rank-normal scores when those of the prior, times a slope, are taken off,
/// and predicts the sum of both. The slope is what least squares make of the labels, held to 0 as
/// if some labels more had said 0, so that a prior that has nothing to do with them does little
/// harm, and smaller the more labels there are. It may be below 0: what the earlier task was to
/// make small is told as well. This is the mean function of a Gaussian process (Rasmussen and
/// Williams, 2006, section 2.7) for predictors of any kind.
class WithPrior final : public Decorator {
 public:
  WithPrior(std::unique_ptr<Predictor> inner, std::shared_ptr<const Prior> prior);

  void fit(std::span<const Label> labels, const FitControl& control) override;
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  /// None: the other predictor would explain what is left for it.
  const Explainer* explainer() const override { return nullptr; }
  /// None: members of the other predictor know only what is left for it.
  const Ensemble* ensemble() const override { return nullptr; }
  /// Of the other predictor, and the slope.
  std::size_t parameters() const override { return Decorator::parameters() + 1; }
  /// Without the prior, which whoever restores it has.
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

  /// Of the scores of labels over those of the prior; 0 before the first fit.
  double slope() const { return fitted_ ? fitted_->slope : 0.0; }

 private:
  struct Fitted {
    RankNormal labels;
    double slope = 0.0;
  };
  /// What is left for the other predictor to learn.
  struct Rest {
    Fitted fitted;
    std::vector<Label> labels;
  };
  Rest rest_of(std::span<const Label> labels) const;
  /// Has `learn_rest` learn what is left.
  void learn(
      std::span<const Label> labels, const FitControl& control,
      const std::function<void(std::span<const Label> rest, const FitControl& own)>& learn_rest);
  /// What the other predictor expects is left, with what the prior says.
  std::vector<Prediction> with_prior(const Fitted& known, std::span<const spaces::Genotype> block,
                                     std::vector<Prediction> rest) const;
  const Fitted& fitted() const;

  std::shared_ptr<const Prior> prior_;
  std::optional<Fitted> fitted_;
};

}  // namespace evonas::predictor
