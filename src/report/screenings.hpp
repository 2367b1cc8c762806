#pragma once

#include <cstddef>
#include <optional>

#include "report/report_data.hpp"

namespace evonas::report {

/// What a run screened and did not evaluate.
struct ScreeningTally {
  std::size_t screenings = 0;
  std::size_t failures = 0;       ///< among them
  std::size_t architectures = 0;  ///< some of which were screened by several metrics
  std::size_t left_out = 0;       ///< of these, those that were never evaluated
  double seconds = 0.0;           ///< that the screenings took
  /// What evaluating those left out would have taken, as long as the evaluations of the run took in
  /// the mean, less what the screenings took. Below 0 where screening did not pay.
  double seconds_saved = 0.0;
};

/// Nothing for a run without screenings.
std::optional<ScreeningTally> screening_tally(const Run& run);

}  // namespace evonas::report
