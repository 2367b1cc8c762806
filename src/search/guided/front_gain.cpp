#include "search/guided/front_gain.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kDraws = 32;

std::vector<double> worst_of(std::span<const std::vector<double>> points) {
  std::vector<double> worst = points.front();
  for (const std::vector<double>& point : points) {
    for (std::size_t j = 0; j < worst.size(); ++j) worst[j] = std::max(worst[j], point[j]);
  }
  return worst;
}

/// What `point` adds to the hypervolume of `front`, which is `volume`; leaves the front as it was.
double improvement(std::vector<std::vector<double>>& front, double volume,
                   std::vector<double> point, std::span<const double> reference) {
  for (const std::vector<double>& other : front) {
    bool is_covered = true;
    for (std::size_t i = 0; i < point.size(); ++i) is_covered &= other[i] <= point[i];
    if (is_covered) return 0.0;
  }
  front.push_back(std::move(point));
  const double larger = hypervolume(front, reference);
  front.pop_back();
  return larger - volume;
}

std::vector<double> at_draw(const Outlook& outlook, std::span<const double> draw) {
  std::vector<double> point;
  for (std::size_t i = 0; i < outlook.size(); ++i) {
    point.push_back(outlook[i].mean + outlook[i].deviation * draw[i]);
  }
  return point;
}

/// The logarithm of a sum of numbers with these logarithms; kNoHope where all are 0.
double log_sum(std::span<const double> logs) {
  const double most = logs.empty() ? kNoHope : *std::ranges::max_element(logs);
  if (most <= kNoHope) return kNoHope;
  double sum = 0.0;
  for (const double log : logs) sum += std::exp(log - most);
  return most + std::log(sum);
}

}  // namespace

FrontGain::FrontGain(std::vector<std::vector<double>> points, const GuidanceOptions& options,
                     Rng rng)
    : points_(std::move(points)), reference_(worst_of(points_)) {
  if (options.acquisition == "upper_bound") deviations_ = options.deviations;
  const bool expects = options.acquisition == "expected_hypervolume";
  is_exact_ = expects && reference_.size() == 2;
  if ((expects && !is_exact_) || options.acquisition == "expected_improvement") {
    draws_.resize(kDraws);
  }
  for (std::vector<double>& draw : draws_) {
    for (std::size_t j = 0; j < reference_.size(); ++j) draw.push_back(rng.normal());
  }
  measure();
}

void FrontGain::measure() {
  volume_ = hypervolume(points_, reference_);
  if (!is_exact_) return;
  std::vector<std::vector<double>> sorted = points_;
  std::ranges::sort(sorted);
  steps_.clear();
  for (std::vector<double>& point : sorted) {
    const bool is_inside = point[0] < reference_[0] && point[1] < reference_[1];
    if (is_inside && (steps_.empty() || point[1] < steps_.back()[1])) {
      steps_.push_back(std::move(point));
    }
  }
}

double FrontGain::of(const Outlook& outlook) const {
  if (is_exact_) return std::exp(log_exact(outlook));
  std::vector<std::vector<double>> front = points_;
  if (draws_.empty()) {
    const std::vector<double> in_favour(reference_.size(), -deviations_);
    return improvement(front, volume_, at_draw(outlook, in_favour), reference_);
  }
  double sum = 0.0;
  for (const std::vector<double>& draw : draws_) {
    sum += improvement(front, volume_, at_draw(outlook, draw), reference_);
  }
  return sum / static_cast<double>(draws_.size());
}

double FrontGain::log_of(const Outlook& outlook) const {
  if (is_exact_) return log_exact(outlook);
  const double gain = of(outlook);
  return gain > 0.0 ? std::log(gain) : kNoHope;
}

double FrontGain::of_point(std::vector<double> point) const {
  std::vector<std::vector<double>> front = points_;
  return improvement(front, volume_, std::move(point), reference_);
}

double FrontGain::log_exact(const Outlook& outlook) const {
  // What is not dominated yet lies in strips of the first objective, each from one point of the
  // front to the next and as high as the second objective of the point before. In each the area
  // between a candidate and its corner is a product of two independent gains.
  std::vector<double> areas;
  for (std::size_t i = 0; i <= steps_.size(); ++i) {
    const double right = i < steps_.size() ? steps_[i][0] : reference_[0];
    const double top = i == 0 ? reference_[1] : steps_[i - 1][1];
    double log_width = log_expected_improvement(outlook[0], right);
    if (i > 0 && log_width > kNoHope) {
      const double left = log_expected_improvement(outlook[0], steps_[i - 1][0]);
      const double rest = -std::expm1(left - log_width);
      log_width = rest > 0.0 ? log_width + std::log(rest) : kNoHope;
    }
    const double log_height = log_expected_improvement(outlook[1], top);
    if (log_width > kNoHope && log_height > kNoHope) areas.push_back(log_width + log_height);
  }
  return log_sum(areas);
}

void FrontGain::add(const Outlook& outlook) {
  points_.push_back(at_draw(outlook, std::vector<double>(reference_.size(), -deviations_)));
  measure();
}

}  // namespace evonas::search
