#include "base/rank_correlation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace evonas {
namespace {

using Pairs = std::uint64_t;
using Point = std::pair<double, double>;

Pairs pairs_of(Pairs things) { return things * (things - 1) / 2; }

/// Pairs of neighbours and what lies between them that `tied` calls equal, in sorted `things`.
template <class Thing, class Tied>
Pairs tied_pairs(const std::vector<Thing>& things, const Tied& tied) {
  Pairs pairs = 0;
  Pairs run = 1;
  for (std::size_t i = 1; i <= things.size(); ++i, ++run) {
    if (i < things.size() && tied(things[i - 1], things[i])) continue;
    pairs += pairs_of(run);
    run = 0;
  }
  return pairs;
}

/// Sorts `values` by merging and counts the pairs that stood in descending order.
Pairs sort_counting_inversions(std::vector<double>& values) {
  Pairs inversions = 0;
  std::vector<double> merged(values.size());
  for (std::size_t width = 1; width < values.size(); width *= 2) {
    for (std::size_t begin = 0; begin < values.size(); begin += 2 * width) {
      const std::size_t middle = std::min(begin + width, values.size());
      const std::size_t end = std::min(begin + 2 * width, values.size());
      std::size_t left = begin;
      std::size_t right = middle;
      for (std::size_t i = begin; i < end; ++i) {
        if (right == end || (left < middle && values[left] <= values[right])) {
          merged[i] = values[left++];
        } else {
          inversions += middle - left;
          merged[i] = values[right++];
        }
      }
    }
    values.swap(merged);
  }
  return inversions;
}

/// The rank of each value, from 0; equal ones have the mean of their ranks.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> result(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) {
      result[order[i]] = 0.5 * static_cast<double>(begin + end - 1);
    }
    begin = end;
  }
  return result;
}

}  // namespace

double kendall_tau_b(std::span<const double> a, std::span<const double> b) {
  std::vector<Point> points;
  points.reserve(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) points.emplace_back(a[i], b[i]);
  if (points.size() < 2) return 0.0;
  std::sort(points.begin(), points.end());
  const Pairs all = pairs_of(points.size());
  const Pairs tied_a =
      tied_pairs(points, [](const Point& x, const Point& y) { return x.first == y.first; });
  const Pairs tied_both = tied_pairs(points, std::equal_to<>());

  // In the order of `a`, discordant pairs are those that stand the wrong way round in `b`; ties of
  // `a` are in the order of `b` and count for nothing.
  std::vector<double> values;
  values.reserve(points.size());
  for (const Point& point : points) values.push_back(point.second);
  const Pairs discordant = sort_counting_inversions(values);
  const Pairs tied_b = tied_pairs(values, std::equal_to<>());

  const auto untied_a = static_cast<double>(all - tied_a);
  const auto untied_b = static_cast<double>(all - tied_b);
  if (untied_a == 0.0 || untied_b == 0.0) return 0.0;
  const Pairs untied = all - tied_a - tied_b + tied_both;
  return (static_cast<double>(untied) - 2.0 * static_cast<double>(discordant)) /
         std::sqrt(untied_a * untied_b);
}

double spearman_rho(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2) return 0.0;
  const std::vector<double> ranks_a = ranks(a);
  const std::vector<double> ranks_b = ranks(b);
  const double middle = 0.5 * static_cast<double>(a.size() - 1);
  double product = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (ranks_a[i] - middle) * (ranks_b[i] - middle);
    square_a += (ranks_a[i] - middle) * (ranks_a[i] - middle);
    square_b += (ranks_b[i] - middle) * (ranks_b[i] - middle);
  }
  return square_a == 0.0 || square_b == 0.0 ? 0.0 : product / std::sqrt(square_a * square_b);
}

double best_tenth_tau(std::span<const double> values, std::span<const double> others,
                      bool higher_is_better) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return higher_is_better ? values[a] > values[b] : values[a] < values[b];
  });
  order.resize((order.size() + 9) / 10);
  std::vector<double> best;
  std::vector<double> others_of_best;
  for (const std::size_t i : order) {
    best.push_back(values[i]);
    others_of_best.push_back(others[i]);
  }
  return kendall_tau_b(best, others_of_best);
}

}  // namespace evonas
