#include "predictor/rank_normal.hpp"

#include <algorithm>
#include <cmath>

#include "base/json.hpp"
#include "base/normal_quantile.hpp"

namespace evonas::predictor {
namespace {

/// The straight line through the two nearest points, at `x`. Beyond the outermost point the line
/// goes through it and one a fifth of all points further in: the gap of two neighbours is chance.
double interpolate(const std::vector<double>& from, const std::vector<double>& to, double x) {
  const std::size_t last = from.size() - 1;
  if (last == 0) return to.front();
  const std::size_t fifth = std::max<std::size_t>(1, from.size() / 5);
  std::size_t low = 0;
  std::size_t high = fifth;
  if (x > from.back()) {
    low = last - fifth;
    high = last;
  } else if (x >= from.front()) {
    const auto above = std::ranges::upper_bound(from, x) - from.begin();
    high = std::min(static_cast<std::size_t>(above), last);
    low = high - 1;
  }
  const double share = (x - from[low]) / (from[high] - from[low]);
  return to[low] + share * (to[high] - to[low]);
}

}  // namespace

RankNormal::RankNormal(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const auto count = static_cast<double>(sorted.size());
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t end = first;
    while (end < sorted.size() && sorted[end] == sorted[first]) ++end;
    values_.push_back(sorted[first]);
    scores_.push_back(normal_quantile(0.5 * static_cast<double>(first + end) / count));
    first = end;
  }
}

RankedLabels rank(std::span<const Label> labels) {
  check_labels(labels);
  std::vector<spaces::Genotype> genotypes;
  std::vector<double> values;
  for (const Label& label : labels) {
    genotypes.push_back(label.genotype);
    values.push_back(label.value);
  }
  RankNormal transform(values);
  std::vector<double> scores;
  std::vector<double> noises;
  for (const Label& label : labels) {
    scores.push_back(transform.score(label.value));
    noises.push_back(transform.noise(label.value, label.noise));
  }
  return {.genotypes = std::move(genotypes),
          .transform = std::move(transform),
          .scores = std::move(scores),
          .noises = std::move(noises)};
}

std::vector<Label> scored_labels(const RankedLabels& ranked) {
  std::vector<Label> labels;
  for (std::size_t i = 0; i < ranked.scores.size(); ++i) {
    labels.push_back(
        {.genotype = ranked.genotypes[i], .value = ranked.scores[i], .noise = ranked.noises[i]});
  }
  return labels;
}

nlohmann::json RankNormal::state() const { return {{"values", values_}, {"scores", scores_}}; }

RankNormal RankNormal::from_state(const nlohmann::json& state) {
  RankNormal transform;
  state.at("values").get_to(transform.values_);
  state.at("scores").get_to(transform.scores_);
  if (transform.values_.empty() || transform.values_.size() != transform.scores_.size()) {
    throw PredictorError("the labels are not those of a fitted predictor");
  }
  return transform;
}

double RankNormal::score(double value) const { return interpolate(values_, scores_, value); }

double RankNormal::value(double score) const { return interpolate(scores_, values_, score); }

double RankNormal::noise(double value, double noise) const {
  const double low = std::max(value - noise, values_.front());
  const double high = std::min(value + noise, values_.back());
  return low < high ? noise * (score(high) - score(low)) / (high - low) : 0.0;
}

Prediction RankNormal::prediction(double score, double deviation) const {
  return {.mean = value(score),
          .deviation = 0.5 * (value(score + deviation) - value(score - deviation))};
}

}  // namespace evonas::predictor
