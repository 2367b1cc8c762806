#include "cli/config/file_schemas.hpp"

#include "cli/config/configuration.hpp"
#include "cli/config/description.hpp"
#include "cli/config/experiment.hpp"
#include "cli/config/predictor_experiment.hpp"
#include "spaces/declared/declaration.hpp"

namespace evonas::config {

nlohmann::ordered_json search_schema() {
  return json_schema(describe<Configuration>(), "evonas search");
}

nlohmann::ordered_json benchmark_schema() {
  return json_schema(describe<Experiment>(), "evonas benchmark");
}

nlohmann::ordered_json predictor_benchmark_schema() {
  return json_schema(describe<PredictorExperiment>(), "evonas predictor benchmark");
}

nlohmann::ordered_json declaration_schema() {
  return json_schema(describe<spaces::declared::Declaration>(), "declared space");
}

}  // namespace evonas::config
