#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "base/json.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Calls `fit(i, own)` for every i below `count`, beside each other on the threads of the arena
/// that the caller is in. `own` has a seed derived from `purpose` and i, and tells
/// `control.progress` the mean of what all have told. Throws what a fit throws, and PredictorError
/// where some were left out because another task of the caller has thrown.
void fit_together(std::size_t count, std::string_view purpose, const FitControl& control,
                  const std::function<void(std::size_t i, const FitControl& own)>& fit);

/// Calls `learn`, which changes the predictor (a Predictor or a JointPredictor) in several steps.
/// Where it throws, the predictor is restored to what it was, if it had been fitted before.
template <class Learner, class Learn>
void learn_or_leave(Learner& predictor, const Learn& learn) {
  std::optional<nlohmann::json> before;
  try {
    before = predictor.state();
  } catch (const PredictorError&) {
    before.reset();  // it has learnt nothing yet
  }
  try {
    learn();
  } catch (...) {
    if (before) predictor.restore(*before);
    throw;
  }
}

/// The control of one of several steps of a fit, which does its work from share `begin` to share
/// `end`. It refers to `control`.
FitControl part_of(const FitControl& control, double begin, double end);

}  // namespace evonas::predictor
