#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "search/problem.hpp"

namespace evonas::search {

/// An architecture that was not asked for, with what is known and expected of its metrics.
struct PredictedArchitecture {
  std::string architecture;  ///< the space's notation
  /// Of every objective, and of the limits that are predicted: what is expected comes with the
  /// interval that holds it nine times in ten, what is known without.
  Forecast metrics;

  bool operator==(const PredictedArchitecture&) const = default;
};

using PredictedFront = std::vector<PredictedArchitecture>;

/// As text, exact to the last bit: `[{"architecture": "...", "metrics": {NAME: [value, low,
/// high]}}]`, null where there is no interval, and for what is no finite number.
std::string to_text(const PredictedFront& front);
/// The reverse. Throws SearchError for any other text.
PredictedFront parse_predicted_front(std::string_view text);

}  // namespace evonas::search
