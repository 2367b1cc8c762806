#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/curves.hpp"

namespace evonas::report {

/// How the values of one metric that were expected compare with those that were measured later.
struct ForecastQuality {
  std::string metric;
  std::size_t count = 0;     ///< evaluations with both
  double kendall_tau = 0.0;  ///< of all of them
  double covered = 0.0;      ///< share of values within the interval that should hold nine in ten
  /// search::running_tau() of them, wherever a generation ends.
  Curve running_tau;
};

/// Of every metric of which anything was expected, by name.
std::vector<ForecastQuality> forecast_quality(const Run& run);

}  // namespace evonas::report
