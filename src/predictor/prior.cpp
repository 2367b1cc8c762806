#include "predictor/prior.hpp"

#include <cmath>
#include <utility>

#include "base/json.hpp"
#include "base/statistics.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kUsual = 2000;    // random architectures that say what is usual
constexpr std::size_t kKept = 100'000;  // predictions of a prior
constexpr double kLabelsOfNone = 4.0;   // labels that hold the slope to 0
// The mistakes of a prior have to be unlearnt, and the more labels there are, the less is it worth
// that: with so many, half of it is taken. See experiments/predictors.md.
constexpr double kLabelsAsGood = 100.0;

std::vector<double> means_of(const Predictor& predictor, std::span<const spaces::Genotype> block) {
  std::vector<double> means;
  means.reserve(block.size());
  for (const Prediction& prediction : predictor.predict(block)) means.push_back(prediction.mean);
  return means;
}

/// Of the line through scores `y` over those of the prior, `x`, as far as the prior is trusted.
double trusted_slope(std::span<const double> x, std::span<const double> y) {
  const double middle = mean_of(x);
  double products = 0.0;
  double squares = kLabelsOfNone;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - middle) * y[i];
    squares += (x[i] - middle) * (x[i] - middle);
  }
  const double trust = kLabelsAsGood / (kLabelsAsGood + static_cast<double>(x.size()));
  return trust * products / squares;
}

}  // namespace

Prior::Prior(std::unique_ptr<Predictor> earlier, const spaces::AnySpace& space)
    : earlier_(std::move(earlier), kKept),
      ranks_(means_of(earlier_, random_architectures(space, kUsual, 1, "pool of a prior"))) {}

std::vector<double> Prior::scores(std::span<const spaces::Genotype> block) const {
  std::vector<double> scores = means_of(earlier_, block);
  for (double& value : scores) value = ranks_.score(value);
  return scores;
}

WithPrior::WithPrior(std::unique_ptr<Predictor> inner, std::shared_ptr<const Prior> prior)
    : Decorator(std::move(inner)), prior_(std::move(prior)) {}

WithPrior::Rest WithPrior::rest_of(std::span<const Label> labels) const {
  const RankedLabels ranked = rank(labels);
  const std::vector<double> expected = prior_->scores(ranked.genotypes);
  Rest rest{.fitted = {.labels = ranked.transform, .slope = trusted_slope(expected, ranked.scores)},
            .labels = scored_labels(ranked)};
  for (std::size_t i = 0; i < rest.labels.size(); ++i) {
    rest.labels[i].value -= rest.fitted.slope * expected[i];
  }
  return rest;
}

void WithPrior::learn(
    std::span<const Label> labels, const FitControl& control,
    const std::function<void(std::span<const Label> rest, const FitControl& own)>& learn_rest) {
  Rest rest = rest_of(labels);
  FitControl own = control;
  if (control.on_point) {
    own.on_point = [&](const LearningPoint& point, const PredictBlock& predict) {
      control.on_point(point, [&](std::span<const spaces::Genotype> block) {
        return with_prior(rest.fitted, block, predict(block));
      });
    };
  }
  learn_rest(rest.labels, own);
  fitted_ = std::move(rest.fitted);
}

void WithPrior::fit(std::span<const Label> labels, const FitControl& control) {
  learn(labels, control,
        [&](std::span<const Label> rest, const FitControl& own) { inner().fit(rest, own); });
}

void WithPrior::refresh(std::span<const Label> labels, std::size_t known,
                        const FitControl& control) {
  learn(labels, control, [&](std::span<const Label> rest, const FitControl& own) {
    inner().refresh(rest, known, own);
  });
}

std::vector<Prediction> WithPrior::with_prior(const Fitted& known,
                                              std::span<const spaces::Genotype> block,
                                              std::vector<Prediction> rest) const {
  const std::vector<double> expected = prior_->scores(block);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto [mean, deviation] = rest[i];
    rest[i] = known.labels.prediction(mean + known.slope * expected[i], deviation);
  }
  return rest;
}

std::vector<Prediction> WithPrior::predict(std::span<const spaces::Genotype> block) const {
  return with_prior(fitted(), block, inner().predict(block));
}

nlohmann::json WithPrior::state() const {
  const Fitted& known = fitted();
  return {{"labels", known.labels.state()}, {"slope", known.slope}, {"rest", inner().state()}};
}

void WithPrior::restore(const nlohmann::json& state) {
  Fitted known{.labels = RankNormal::from_state(state.at("labels")),
               .slope = state.at("slope").get<double>()};
  if (!std::isfinite(known.slope)) {
    throw PredictorError("the slope over a prior is no number, expected a finite one");
  }
  inner().restore(state.at("rest"));
  fitted_ = std::move(known);
}

const WithPrior::Fitted& WithPrior::fitted() const {
  if (!fitted_) throw PredictorError("the predictor has not been fitted yet");
  return *fitted_;
}

}  // namespace evonas::predictor
