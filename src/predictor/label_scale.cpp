#include "predictor/label_scale.hpp"

#include <algorithm>
#include <cmath>

#include "base/json.hpp"

namespace evonas::predictor {
namespace {

constexpr double kShift = 0.1;   // of labels at or below zero, as a share of their range
constexpr double kMiddle = 0.5;  // what equal labels are

}  // namespace

LabelScale::LabelScale(std::span<const Label> labels, Kind kind) {
  if (kind == Kind::RankNormal) {
    ranks_ = rank(labels).transform;
    return;
  }
  check_labels(labels);
  const auto [low, high] = std::ranges::minmax_element(labels, {}, &Label::value);
  const double range = high->value - low->value;
  if (range == 0.0) {
    offset_ = low->value;
  } else if (low->value <= 0.0) {
    offset_ = low->value - kShift * range;
  }
  unit_ = high->value - offset_;
  if (kind == Kind::LargestIsOne || range == 0.0) return;
  double logarithm = 0.0;
  for (const Label& label : labels) {
    logarithm += std::log(label.value - offset_) / static_cast<double>(labels.size());
  }
  unit_ = std::exp(logarithm);
}

double LabelScale::scaled(double value) const {
  if (ranks_) return ranks_->score(value);
  return unit_ == 0.0 ? kMiddle : (value - offset_) / unit_;
}

double LabelScale::scaled_noise(const Label& label) const {
  if (ranks_) return ranks_->noise(label.value, label.noise);
  return unit_ == 0.0 ? 0.0 : label.noise / unit_;
}

double LabelScale::value(double scaled) const {
  return ranks_ ? ranks_->value(scaled) : offset_ + unit_ * scaled;
}

nlohmann::json LabelScale::state() const {
  if (ranks_) return {{"labels", ranks_->state()}};
  return {{"offset", offset_}, {"unit", unit_}};
}

LabelScale LabelScale::from_state(const nlohmann::json& state, Kind kind) {
  LabelScale scale;
  if (kind == Kind::RankNormal) {
    scale.ranks_ = RankNormal::from_state(state.at("labels"));
  } else {
    state.at("offset").get_to(scale.offset_);
    state.at("unit").get_to(scale.unit_);
  }
  return scale;
}

}  // namespace evonas::predictor
