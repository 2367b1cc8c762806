#include "search/guided/belief.hpp"

#include <utility>

#include "search/guided/permutation_importance.hpp"

namespace evonas::search {

Belief::Belief(std::string metric, std::unique_ptr<predictor::Predictor> predictor, double refit)
    : metric_(std::move(metric)), predictor_(std::move(predictor)), refit_(refit) {}

void Belief::add(const spaces::Genotype& genotype, double value) {
  values_.push_back({.genotype = genotype, .value = value});
}

void Belief::learn(std::uint64_t seed) {
  const bool has_imagined = labels_.size() > known_;
  if (known_ == values_.size() && !has_imagined) return;
  predictor::RankedLabels ranked = predictor::rank(values_);
  labels_ = predictor::scored_labels(ranked);
  const predictor::FitControl control{.seed = seed};
  const bool from_scratch =
      fitted_ == 0 || static_cast<double>(labels_.size()) >= refit_ * static_cast<double>(fitted_);
  if (from_scratch) {
    predictor_->fit(labels_, control);
    fitted_ = labels_.size();
  } else {
    predictor_->refresh(labels_, known_, control);
  }
  known_ = labels_.size();
  scale_ = std::move(ranked.transform);
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
