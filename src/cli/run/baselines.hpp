#pragma once

#include "cli/config/predictor_experiment.hpp"
#include "cli/run/comparison_data.hpp"
#include "predictor/benchmark_results.hpp"

namespace evonas::cli {

/// The split that an experiment names.
predictor::Split split_of(const config::PredictorExperiment& experiment);

/// How what learns nothing ranks the architectures that predictors are tested on, of the same
/// seeds: `proxies`, by number of labels, and where a device is left out, the mean rank on the
/// others (other_devices.hpp). All fits of its plan are there. Throws PredictorError for a proxy
/// that an architecture lacks.
predictor::BenchmarkResults baselines_of(const config::PredictorExperiment& experiment,
                                         const ComparisonData& compared);

}  // namespace evonas::cli
