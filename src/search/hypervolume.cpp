#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

/// Points are handed on as gains: how far each objective lies below the reference. All are
/// positive, and the hypervolume is that of the union of the boxes from the origin.
using Gains = std::vector<double>;

double sweep_one(std::span<const Gains> points) {
  double highest = 0.0;
  for (const Gains& point : points) highest = std::max(highest, point[0]);
  return highest;
}

double sweep_two(std::vector<Gains>& points) {
  std::sort(points.begin(), points.end(), std::greater<>());
  double area = 0.0;
  double height = 0.0;
  for (const Gains& point : points) {
    if (point[1] <= height) continue;
    area += point[0] * (point[1] - height);
    height = point[1];
  }
  return area;
}

/// The area that a growing set of boxes from the origin covers, as a staircase.
class Staircase {
 public:
  double area() const { return area_; }

  void add(double width, double height) {
    // Steps by width: heights fall as widths grow.
    const auto wider = steps_.lower_bound(width);
    const double base = wider == steps_.end() ? 0.0 : wider->second;
    if (base >= height) return;
    // From the new step towards narrower ones, remove those it covers, counting what is new.
    double right = width;
    double level = base;
    auto step = wider;
    while (step != steps_.begin()) {
      const auto narrower = std::prev(step);
      if (narrower->second >= height) break;
      area_ += (right - narrower->first) * (height - level);
      right = narrower->first;
      level = narrower->second;
      step = narrower;
    }
    const double left = step == steps_.begin() ? 0.0 : std::prev(step)->first;
    area_ += (right - left) * (height - level);
    const auto end = wider != steps_.end() && wider->first == width ? std::next(wider) : wider;
    steps_.erase(step, end);
    steps_.emplace(width, height);
  }

 private:
  std::map<double, double> steps_;
  double area_ = 0.0;
};

double sweep_three(std::vector<Gains>& points) {
  std::sort(points.begin(), points.end(),
            [](const Gains& a, const Gains& b) { return a[2] > b[2]; });
  Staircase section;
  double volume = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    section.add(points[i][0], points[i][1]);
    const double below = i + 1 < points.size() ? points[i + 1][2] : 0.0;
    volume += section.area() * (points[i][2] - below);
  }
  return volume;
}

bool covers(const Gains& a, const Gains& b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) { return x >= y; });
}

std::vector<Gains> without_covered(std::vector<Gains> points) {
  std::sort(points.begin(), points.end(), std::greater<>());
  std::vector<Gains> kept;
  for (Gains& point : points) {
    const auto is_covering = [&](const Gains& other) { return covers(other, point); };
    if (std::none_of(kept.begin(), kept.end(), is_covering)) kept.push_back(std::move(point));
  }
  return kept;
}

double volume_of(std::vector<Gains> points);

/// WFG: what each point covers alone, given those after it.
double exclusive_sum(std::vector<Gains> points) {
  points = without_covered(std::move(points));
  // Smallest first in the last objective, so that few points are left to clip against when the
  // boxes become large.
  std::sort(points.begin(), points.end(), [](const Gains& a, const Gains& b) {
    return a.back() != b.back() ? a.back() < b.back() : a < b;
  });
  double total = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    double inclusive = 1.0;
    for (const double gain : points[i]) inclusive *= gain;
    // Every later point reaches at least as far in the last objective, so clipped to this box they
    // all agree in it: the overlap is a volume of one dimension less.
    std::vector<Gains> clipped;
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      Gains clip(points[i].size() - 1);
      for (std::size_t k = 0; k < clip.size(); ++k) clip[k] = std::min(points[i][k], points[j][k]);
      clipped.push_back(std::move(clip));
    }
    total += inclusive - points[i].back() * volume_of(std::move(clipped));
  }
  return total;
}

double volume_of(std::vector<Gains> points) {
  if (points.empty()) return 0.0;
  switch (points.front().size()) {
    case 1:
      return sweep_one(points);
    case 2:
      return sweep_two(points);
    case 3:
      return sweep_three(points);
    default:
      return exclusive_sum(std::move(points));
  }
}

}  // namespace

double hypervolume(std::span<const std::vector<double>> points, std::span<const double> reference) {
  if (reference.empty()) {
    throw SearchError(
        "the reference point of a hypervolume has no values; give one for each objective");
  }
  std::vector<Gains> inside;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].size() != reference.size()) {
      throw SearchError(
          fmt::format("point {} of a hypervolume has {} values where the reference point has {}; "
                      "give both one value for each objective",
                      i, points[i].size(), reference.size()));
    }
    Gains gains(reference.size());
    for (std::size_t k = 0; k < gains.size(); ++k) gains[k] = reference[k] - points[i][k];
    if (std::all_of(gains.begin(), gains.end(), [](double gain) { return gain > 0.0; })) {
      inside.push_back(std::move(gains));
    }
  }
  return volume_of(std::move(inside));
}

}  // namespace evonas::search
