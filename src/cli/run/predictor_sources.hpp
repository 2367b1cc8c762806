#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/config/predictor_experiment.hpp"
#include "cli/run/predictors.hpp"
#include "predictor/benchmark_results.hpp"

namespace evonas::cli {

/// How PredictorSource makes predictors by a recipe, but for its prior. Throws SpaceError for an
/// input that is none.
PredictorOptions predictor_options(const config::PredictorRecipe& recipe);

/// What results of a recipe follow from, as conditions of a BenchmarkPlan: `input`, the content of
/// `pretrained` and `epochs`, and other fields that are not as they come. Where it is computed is
/// none. Throws FileError.
predictor::BenchmarkPlan::Conditions conditions_of(const config::PredictorRecipe& recipe);

/// What makes the predictors of a comparison: entries with the same recipe share a source, and with
/// it what is pre-trained.
class PredictorSources {
 public:
  /// Throws as PredictorSource does.
  PredictorSources(const spaces::AnySpace& space, const config::PredictorExperiment& experiment);

  /// Of an entry of the experiment.
  const PredictorSource& of(const config::PredictorEntry& entry) const;

 private:
  std::map<std::string, PredictorSource> by_recipe_;
};

}  // namespace evonas::cli
