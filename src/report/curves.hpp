#pragma once

#include <cstddef>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// A value that holds from `evaluations` on.
struct CurvePoint {
  std::size_t evaluations = 0;
  double value = 0.0;
};

using Curve = std::vector<CurvePoint>;

/// Best feasible value of the first objective, in the metric's own sense, wherever it improves.
Curve best_so_far(const Run& run);

/// Hypervolume after each generation as the search recorded it.
Curve recorded_hypervolume(const Run& run);

/// Hypervolume wherever it changes, measured from `reference` (in the metrics' own sense).
Curve hypervolume_from(const Run& run, const std::vector<double>& reference);

/// The componentwise worst of the runs' reference points; empty where no run has one.
std::vector<double> common_reference(std::span<const Run> runs);

}  // namespace evonas::report
