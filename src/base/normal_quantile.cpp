#include "base/normal_quantile.hpp"

#include <algorithm>
#include <cmath>

namespace evonas {

double normal_quantile(double probability) {
  // Newton's method on the distribution function, from a start in the middle.
  double x = 0.0;
  for (int i = 0; i < 60; ++i) {
    const double below = 0.5 * std::erfc(-x / std::sqrt(2.0));
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::acos(-1.0));
    const double step = std::clamp((below - probability) / density, -1.0, 1.0);
    x -= step;
    if (std::abs(step) < 1e-12) break;
  }
  return x;
}

}  // namespace evonas
