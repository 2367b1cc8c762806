#pragma once

#include <stdexcept>

namespace evonas::predictor {

/// A predictor, its labels or its checkpoint cannot be used: what was given, what was expected,
/// where.
class PredictorError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace evonas::predictor
