#include "evaluation/median_rule.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/statistics.hpp"

namespace evonas::evaluation {
namespace {

/// Mean of the values up to an epoch; nothing where there is none.
std::optional<double> mean_until(const Curve& curve, std::int64_t epoch) {
  double sum = 0.0;
  std::size_t count = 0;
  for (const auto& [at, value] : curve) {
    if (at > epoch) break;
    sum += value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

}  // namespace

void MedianRule::begin_block() {
  std::move(recent_.begin(), recent_.end(), std::back_inserter(finished_));
  recent_.clear();
}

void MedianRule::add(std::span<const Outcome> outcomes) {
  for (const Outcome& outcome : outcomes) {
    if (!outcome.ok()) continue;
    Curve curve;
    for (const auto& [epoch, values] : outcome.by_epoch) {
      const auto value = values.find(metric());
      if (value != values.end()) curve.emplace_back(epoch, value->second);
    }
    if (!curve.empty()) add(std::move(curve));
  }
}

std::optional<std::string> MedianRule::objection(const Curve& curve) const {
  const std::int64_t epoch = curve.back().first;
  std::vector<double> means;
  for (const Curve& other : finished_) {
    if (const auto mean = mean_until(other, epoch)) means.push_back(*mean);
  }
  if (epoch < options_.epochs || means.size() < static_cast<std::size_t>(options_.candidates)) {
    return std::nullopt;
  }
  const bool maximize = options_.goal == "maximize";
  double best = curve.front().second;
  for (const auto& [at, value] : curve) {
    best = maximize ? std::max(best, value) : std::min(best, value);
  }
  const double bar = median_of(means);
  if (maximize ? best >= bar : best <= bar) return std::nullopt;
  return fmt::format(
      "after epoch {} {} is {:.6g} at best, worse than {:.6g}, the median of {} "
      "finished candidates; its last value is {:.6g}",
      epoch, options_.metric, best, bar, means.size(), curve.back().second);
}

}  // namespace evonas::evaluation
