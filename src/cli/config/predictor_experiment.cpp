#include "cli/config/predictor_experiment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

yaml::FileKind predictor_file_kind() {
  return {"comparison of predictors", "table: nasbench201.sqlite"};
}

yaml::Document document_of(const std::filesystem::path& file) {
  if (!file.empty()) return yaml::read_document(file, predictor_file_kind());
  return yaml::parse_document("{}", {"command line", std::filesystem::current_path()}, 0);
}

/// Lists of what is compared name each thing once, and something.
template <class T>
void check_list(const std::vector<T>& list, const std::string& path, yaml::Findings& findings) {
  if (list.empty()) findings.add(path, "is empty: give at least one");
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i), list[i]) !=
        list.begin() + static_cast<std::ptrdiff_t>(i)) {
      findings.add(fmt::format("{}[{}]", path, i), fmt::format("{} is there twice", list[i]));
    }
  }
}

/// What measurements of a table on several devices need, and what they have no use for.
void check_devices(const PredictorExperiment& experiment, yaml::Findings& findings) {
  for (const char* name : {"metric", "test_metric", "input", "noise"}) {
    if (findings.given(name)) findings.add(name, "has no effect beside devices: leave it out");
  }
  check_list(experiment.devices, "devices", findings);
  if (experiment.devices.size() == 1) findings.add("devices", "is one: give at least two");
}

/// What a table needs and latencies do not have, and the reverse.
void check_data(const PredictorExperiment& experiment, yaml::Findings& findings) {
  if (findings.given("latency")) {
    for (const char* name :
         {"table", "metric", "test_metric", "devices", "hardware", "input", "noise"}) {
      if (!findings.given(name)) continue;
      findings.add(name, "has no effect where latency is learnt: leave it out");
    }
    return;
  }
  if (!findings.given("table")) {
    findings.add("table", "is missing: name a table, or give a folder with latency");
  } else if (!experiment.devices.empty()) {
    check_devices(experiment, findings);
  } else if (!findings.given("metric")) {
    findings.add("metric", "is missing");
  }
  if (!experiment.hardware.empty() && experiment.devices.empty()) {
    findings.add("hardware", "has no effect without devices: give some, or leave it out");
  }
  if (experiment.split == "leave_family_out" && experiment.devices.empty()) {
    findings.add("split",
                 "leave_family_out needs families: give a folder with latency, or devices");
  }
}

}  // namespace

PredictorExperiment load_predictor_experiment(const std::filesystem::path& file,
                                              std::span<const std::string> overrides) {
  yaml::Findings findings;
  auto experiment =
      yaml::read_overridden<PredictorExperiment>(document_of(file), overrides, findings);
  check_data(experiment, findings);
  if (findings.faults().empty()) {
    check_list(experiment.models, "models", findings);
    check_list(experiment.train, "train", findings);
  }
  findings.check();
  return experiment;
}

bool is_predictor_experiment(const std::filesystem::path& file) {
  return yaml::read_document(file, file_kind()).root.find("models") != nullptr;
}

}  // namespace evonas::config
