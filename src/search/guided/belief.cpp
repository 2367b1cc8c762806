#include "search/guided/belief.hpp"

#include <algorithm>
#include <utility>

#include "base/rank_correlation.hpp"
#include "search/guided/permutation_importance.hpp"

namespace evonas::search {
namespace {

/// Forecasts whose tau is watched: fewer say little, more are slow to notice.
constexpr std::size_t kForecasts = 20;

}  // namespace

Belief::Belief(std::string metric, std::unique_ptr<predictor::Predictor> predictor,
               const GuidanceOptions& options)
    : metric_(std::move(metric)),
      predictor_(std::move(predictor)),
      refit_(options.refit),
      tau_drop_(options.tau_drop) {}

void Belief::add(const spaces::Genotype& genotype, double value) {
  values_.push_back({.genotype = genotype, .value = value});
}

void Belief::learn(std::uint64_t seed) {
  const bool has_imagined = labels_.size() > known_;
  if (known_ == values_.size() && !has_imagined) return;
  const bool lost = fitted_ > 0 && loses_touch();
  predictor::RankedLabels ranked = predictor::rank(values_);
  labels_ = predictor::scored_labels(ranked);
  const predictor::FitControl control{.seed = seed};
  const bool from_scratch =
      fitted_ == 0 || lost ||
      static_cast<double>(labels_.size()) >= refit_ * static_cast<double>(fitted_);
  if (from_scratch) {
    predictor_->fit(labels_, control);
    fitted_ = labels_.size();
    best_tau_.reset();
  } else {
    predictor_->refresh(labels_, known_, control);
  }
  known_ = labels_.size();
  scale_ = std::move(ranked.transform);
}

bool Belief::loses_touch() {
  std::vector<spaces::Genotype> added;
  for (const predictor::Label& label : std::span(values_).subspan(known_)) {
    added.push_back(label.genotype);
  }
  for (const predictor::Prediction& prediction : predictor_->predict(added)) {
    believed_.push_back(scale_->value(prediction.mean));
  }
  if (believed_.size() < kForecasts) return false;
  std::vector<double> found;
  for (const predictor::Label& label : std::span(values_).last(kForecasts)) {
    found.push_back(label.value);
  }
  const double tau = kendall_tau_b(std::span(believed_).last(kForecasts), found);
  best_tau_ = std::max(best_tau_.value_or(tau), tau);
  return tau < *best_tau_ - tau_drop_;
}

void Belief::imagine(const spaces::Genotype& genotype) {
  const double believed = predictor_->predict(std::span(&genotype, 1)).front().mean;
  labels_.push_back({.genotype = genotype, .value = believed});
  predictor_->refresh(labels_, known_, {});
}

std::vector<predictor::Prediction> Belief::predict(std::span<const spaces::Genotype> block) const {
  return predictor_->predict(block);
}

std::vector<double> Belief::gene_importance(const spaces::AnySpace& space,
                                            std::uint64_t seed) const {
  if (!scale_) return {};
  std::vector<predictor::Label> scores;
  for (const predictor::Label& label : values_) {
    scores.push_back({.genotype = label.genotype, .value = scale_->score(label.value)});
  }
  return permutation_importance(space, *predictor_, scores, seed);
}

}  // namespace evonas::search
