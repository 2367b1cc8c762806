#include "base/paired_difference.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "base/rank_test.hpp"
#include "base/statistics.hpp"

namespace evonas {
namespace {

/// The probability of [-t, t], by the finite series that whole degrees of freedom have (Abramowitz
/// and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4).
double probability_within(double t, int degrees_of_freedom) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees_of_freedom)));
  const double cosine = std::cos(angle);
  const bool is_odd = degrees_of_freedom % 2 == 1;
  double term = is_odd ? cosine : 1.0;
  double sum = 0.0;
  for (int power = is_odd ? 1 : 0; power <= degrees_of_freedom - 2; power += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(power + 1) / static_cast<double>(power + 2);
  }
  if (!is_odd) return std::sin(angle) * sum;
  return 2.0 / std::numbers::pi * (angle + std::sin(angle) * sum);
}

}  // namespace

double student_t_reach(double probability, int degrees_of_freedom) {
  double low = 0.0;
  double high = 1.0;
  while (probability_within(high, degrees_of_freedom) < probability) high *= 2.0;
  constexpr int kHalvings = 80;  // past the last bit of a double
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (probability_within(middle, degrees_of_freedom) < probability ? low : high) = middle;
  }
  return high;
}

PairedDifference paired_difference(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  PairedDifference result{.mean = mean_of(differences), .p = signed_rank_p_value(a, b)};
  if (a.size() < 2) {
    result.low = -std::numeric_limits<double>::infinity();
    result.high = std::numeric_limits<double>::infinity();
    return result;
  }
  const double variance = variance_of(differences, result.mean);
  const double reach = student_t_reach(0.95, static_cast<int>(a.size()) - 1) *
                       std::sqrt(variance / static_cast<double>(a.size()));
  result.low = result.mean - reach;
  result.high = result.mean + reach;
  return result;
}

}  // namespace evonas
