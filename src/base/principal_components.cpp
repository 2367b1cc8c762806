#include "base/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.hpp"

namespace evonas {
namespace {

constexpr int kMostIterations = 500;
constexpr double kStill = 1e-10;      // change of a direction at which it has been found
constexpr double kNoVariance = 1e-9;  // share of the variance that is rounding

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> centred(std::span<const double> points, std::size_t columns) {
  const std::size_t rows = points.size() / columns;
  std::vector<double> means(columns, 0.0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    means[i % columns] += points[i] / static_cast<double>(rows);
  }
  std::vector<double> result(points.begin(), points.end());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] -= means[i % columns];
  return result;
}

/// The points along a direction.
std::vector<double> along(std::span<const double> points, std::span<const double> direction) {
  const std::size_t columns = direction.size();
  std::vector<double> scores(points.size() / columns);
  for (std::size_t row = 0; row < scores.size(); ++row) {
    scores[row] = dot(points.subspan(row * columns, columns), direction);
  }
  return scores;
}

/// Takes what lies along `others` out of `direction` and makes it of length 1; false where nothing
/// is left of it.
bool make_orthonormal(std::vector<double>& direction,
                      const std::vector<std::vector<double>>& others) {
  for (const std::vector<double>& other : others) {
    const double shadow = dot(direction, other);
    for (std::size_t i = 0; i < direction.size(); ++i) direction[i] -= shadow * other[i];
  }
  const double length = std::sqrt(dot(direction, direction));
  if (length == 0.0) return false;
  for (double& weight : direction) weight /= length;
  return true;
}

/// The direction of most variance across those already found; empty where there is none.
std::vector<double> next_direction(std::span<const double> points, std::size_t columns,
                                   const std::vector<std::vector<double>>& found) {
  Rng rng(1, "start of a principal component", found.size());
  std::vector<double> direction(columns);
  for (double& weight : direction) weight = rng.normal();
  if (!make_orthonormal(direction, found)) return {};
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    const std::vector<double> scores = along(points, direction);
    std::vector<double> next(columns, 0.0);
    for (std::size_t row = 0; row < scores.size(); ++row) {
      for (std::size_t i = 0; i < columns; ++i) next[i] += scores[row] * points[row * columns + i];
    }
    if (!make_orthonormal(next, found)) return {};
    const double change = 1.0 - std::abs(dot(direction, next));
    direction = std::move(next);
    if (change < kStill) break;
  }
  const auto largest = std::ranges::max_element(
      direction, {}, [](double weight) { return std::round(std::abs(weight) * 1e6); });
  if (*largest < 0.0) {
    for (double& weight : direction) weight = -weight;
  }
  return direction;
}

}  // namespace

PrincipalComponents principal_components(std::span<const double> points, std::size_t columns,
                                         std::size_t components) {
  const std::size_t rows = columns == 0 ? 0 : points.size() / columns;
  PrincipalComponents result{.scores = std::vector<double>(rows * components, 0.0),
                             .shares = std::vector<double>(components, 0.0)};
  if (rows == 0) return result;
  const std::vector<double> from_mean = centred(points, columns);
  const double variance = dot(from_mean, from_mean);
  std::vector<std::vector<double>> found;
  while (found.size() < components) {
    std::vector<double> direction = next_direction(from_mean, columns, found);
    if (direction.empty()) break;
    const std::vector<double> scores = along(from_mean, direction);
    const double share = dot(scores, scores) / variance;
    if (!(share > kNoVariance)) break;
    const std::size_t component = found.size();
    result.shares[component] = share;
    for (std::size_t row = 0; row < rows; ++row) {
      result.scores[row * components + component] = scores[row];
    }
    found.push_back(std::move(direction));
  }
  return result;
}

}  // namespace evonas
