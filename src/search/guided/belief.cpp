#include "search/guided/belief.hpp"

#include <algorithm>
#include <utility>

#include "base/rank_correlation.hpp"
#include "search/guided/permutation_importance.hpp"

namespace evonas::search {
namespace {

/// Forecasts whose tau is watched: fewer say little, more are slow to notice.
constexpr std::size_t kForecasts = 20;
/// Beside labels whose noise is known, a value of the metric itself must say that it has next to
/// none (known_noises()): about as far as scores of trainings with other seeds are apart.
constexpr double kNoiseOfValue = 0.1;

}  // namespace

Belief::Belief(std::string metric, std::unique_ptr<predictor::Predictor> predictor,
               const GuidanceOptions& options)
    : metric_(std::move(metric)),
      predictor_(std::move(predictor)),
      refit_(options.refit),
      tau_drop_(options.tau_drop) {}

void Belief::add(const spaces::Genotype& genotype, double value) {
  has_news_ = true;
  const auto screened = screened_.find(genotype);
  if (screened == screened_.end()) {
    valued_.push_back(entries_.size());
    entries_.push_back({.genotype = genotype, .value = value});
  } else {
    valued_.push_back(screened->second);
    entries_[screened->second].value = value;
  }
}

void Belief::add_cheaper(const spaces::Genotype& genotype, std::size_t rung, double value) {
  has_news_ = true;
  const auto [screened, is_new] = screened_.try_emplace(genotype, entries_.size());
  if (is_new) entries_.push_back({.genotype = genotype});
  std::vector<std::optional<double>>& cheaper = entries_[screened->second].cheaper;
  if (cheaper.size() <= rung) cheaper.resize(rung + 1);
  cheaper[rung] = value;
  rungs_ = std::max(rungs_, rung + 1);
}

void Belief::learn(std::uint64_t seed) {
  if (!has_news()) return;
  Lesson lesson = prepare();
  const predictor::FitControl control{.seed = seed};
  if (lesson.from_scratch) {
    predictor_->fit(labels_, control);
  } else {
    predictor_->refresh(labels_, known_, control);
  }
  take(std::move(lesson));
}

void Belief::learn_together(std::span<Belief> beliefs, predictor::JointPredictor& joint,
                            std::uint64_t seed) {
  if (std::ranges::none_of(beliefs, &Belief::has_news)) return;
  std::vector<Lesson> lessons;
  std::vector<std::vector<predictor::Label>> labels;
  std::vector<std::size_t> known;
  for (Belief& belief : beliefs) {
    lessons.push_back(belief.prepare());
    labels.push_back(belief.labels_);
    known.push_back(belief.known_);
  }
  const bool from_scratch = std::ranges::any_of(lessons, &Lesson::from_scratch);
  if (from_scratch) {
    joint.fit(labels, {.seed = seed});
  } else {
    joint.refresh(labels, known, {.seed = seed});
  }
  for (std::size_t i = 0; i < beliefs.size(); ++i) {
    lessons[i].from_scratch = from_scratch;
    beliefs[i].take(std::move(lessons[i]));
  }
}

Belief::Lesson Belief::prepare() {
  const bool lost = fitted_ > 0 && loses_touch();
  Scored now = scored();
  labels_ = std::move(now.labels);
  const bool from_scratch =
      fitted_ == 0 || lost ||
      static_cast<double>(labels_.size()) >= refit_ * static_cast<double>(fitted_);
  return {.from_scratch = from_scratch, .scale = std::move(now.scale)};
}

void Belief::take(Lesson lesson) {
  if (lesson.from_scratch) {
    fitted_ = labels_.size();
    best_tau_.reset();
  }
  known_ = labels_.size();
  compared_ = valued_.size();
  has_news_ = false;
  scale_ = std::move(lesson.scale);
}

Belief::Scored Belief::scored() const {
  const std::vector<predictor::Label> of_metric = values();
  if (screened_.empty()) {
    predictor::RankedLabels ranked = predictor::rank(of_metric);
    return {.labels = predictor::scored_labels(ranked), .scale = std::move(ranked.transform)};
  }
  Scored result;
  if (!of_metric.empty()) result.scale = predictor::rank(of_metric).transform;
  std::vector<std::optional<CheaperScores>> cheaper;
  for (std::size_t rung = 0; rung < rungs_; ++rung) {
    cheaper.push_back(cheaper_scores(rung, result.scale));
  }
  for (const Entry& entry : entries_) {
    if (entry.value) {
      result.labels.push_back({.genotype = entry.genotype,
                               .value = result.scale->score(*entry.value),
                               .noise = kNoiseOfValue});
      continue;
    }
    // The last one is there, or the list would be shorter.
    const std::size_t rung = entry.cheaper.size() - 1;
    const auto [mean, deviation] = cheaper[rung]->expected(*entry.cheaper[rung]);
    result.labels.push_back({.genotype = entry.genotype, .value = mean, .noise = deviation});
  }
  return result;
}

std::optional<CheaperScores> Belief::cheaper_scores(
    std::size_t rung, const std::optional<predictor::RankNormal>& scale) const {
  std::vector<double> all;
  std::vector<double> paired;
  std::vector<double> scores;
  for (const Entry& entry : entries_) {
    if (entry.cheaper.size() <= rung || !entry.cheaper[rung]) continue;
    all.push_back(*entry.cheaper[rung]);
    if (!entry.value) continue;
    paired.push_back(all.back());
    scores.push_back(scale->score(*entry.value));
  }
  if (all.empty()) return std::nullopt;
  return CheaperScores(all, paired, scores);
}

std::vector<predictor::Label> Belief::values() const {
  std::vector<predictor::Label> labels;
  for (const std::size_t i : valued_) {
    labels.push_back({.genotype = entries_[i].genotype, .value = *entries_[i].value});
  }
  return labels;
}

std::vector<predictor::Label> Belief::scores() const {
  if (!scale_) return {};
  std::vector<predictor::Label> labels = values();
  for (predictor::Label& label : labels) label.value = scale_->score(label.value);
  return labels;
}

bool Belief::loses_touch() {
  if (!scale_) return false;
  std::vector<spaces::Genotype> added;
  for (const std::size_t i : std::span(valued_).subspan(compared_)) {
    added.push_back(entries_[i].genotype);
  }
  if (!added.empty()) {
    for (const predictor::Prediction& prediction : predictor_->predict(added)) {
      believed_.push_back(scale_->value(prediction.mean));
    }
  }
  if (believed_.size() < kForecasts) return false;
  std::vector<double> found;
  for (const std::size_t i : std::span(valued_).last(kForecasts)) {
    found.push_back(*entries_[i].value);
  }
  const double tau = kendall_tau_b(std::span(believed_).last(kForecasts), found);
  best_tau_ = std::max(best_tau_.value_or(tau), tau);
  return tau < *best_tau_ - tau_drop_;
}

void Belief::imagine(std::span<const spaces::Genotype> genotypes) {
  const std::vector<predictor::Prediction> believed = predictor_->predict(genotypes);
  for (std::size_t i = 0; i < genotypes.size(); ++i) {
    labels_.push_back({.genotype = genotypes[i],
                       .value = believed[i].mean,
                       .noise = screened_.empty() ? 0.0 : kNoiseOfValue});
  }
  predictor_->refresh(labels_, known_, {});
}

std::vector<predictor::Prediction> Belief::predict(std::span<const spaces::Genotype> block) const {
  return predictor_->predict(block);
}

std::vector<double> Belief::gene_importance(const spaces::AnySpace& space,
                                            std::uint64_t seed) const {
  return permutation_importance(space, *predictor_, scores(), seed);
}

std::vector<std::vector<double>> Belief::gene_importance_together(
    std::span<const Belief> beliefs, const predictor::JointPredictor& joint,
    const spaces::AnySpace& space, std::uint64_t seed) {
  std::vector<std::vector<predictor::Label>> scores;
  for (const Belief& belief : beliefs) scores.push_back(belief.scores());
  const PredictAll predict = [&](std::span<const spaces::Genotype> block) {
    return joint.predict(block);
  };
  return permutation_importance(space, predict, scores, seed);
}

}  // namespace evonas::search
