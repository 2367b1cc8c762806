#include "search/front_comparison.hpp"

#include <algorithm>

namespace evonas::search {
namespace {

FrontComparison compared(const NamedFronts& one, const NamedFronts& other) {
  FrontComparison comparison{.algorithm = one.algorithm, .other = other.algorithm};
  for (const Front& front : one.fronts) {
    for (const Front& rival : other.fronts) {
      const double covered = coverage(front, rival);
      comparison.covers += covered;
      if (covered == 1.0) comparison.dominates += 1.0;
    }
  }
  const auto pairs = static_cast<double>(one.fronts.size() * other.fronts.size());
  comparison.covers /= pairs;
  comparison.dominates /= pairs;
  return comparison;
}

}  // namespace

bool equals_or_surpasses(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return x <= y; });
}

double coverage(const Front& front, const Front& other) {
  if (other.empty()) return 1.0;
  const auto covered = std::ranges::count_if(other, [&](const std::vector<double>& member) {
    return std::ranges::any_of(
        front, [&](const std::vector<double>& own) { return equals_or_surpasses(own, member); });
  });
  return static_cast<double>(covered) / static_cast<double>(other.size());
}

std::vector<FrontComparison> compare_fronts(std::span<const NamedFronts> algorithms) {
  std::vector<FrontComparison> comparisons;
  for (const NamedFronts& one : algorithms) {
    for (const NamedFronts& other : algorithms) {
      if (&one != &other) comparisons.push_back(compared(one, other));
    }
  }
  return comparisons;
}

}  // namespace evonas::search
