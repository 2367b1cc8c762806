#include "cli/config/device_experiment.hpp"

#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

yaml::FileKind device_file() { return {"comparison of devices", "table: devices.sqlite"}; }

}  // namespace

DeviceExperiment load_device_experiment(const std::filesystem::path& file,
                                        std::span<const std::string> overrides) {
  yaml::Findings findings;
  auto experiment = yaml::read_overridden<DeviceExperiment>(
      yaml::read_document(file, device_file()), overrides, findings);
  if (findings.faults().empty()) {
    if (experiment.measurements.empty())
      findings.add("measurements", "is empty: give at least one");
    if (experiment.choices.empty()) findings.add("choices", "is empty: give at least one");
  }
  findings.check();
  return experiment;
}

bool is_device_experiment(const std::filesystem::path& file) {
  return yaml::read_document(file, device_file()).root.find("measurements") != nullptr;
}

}  // namespace evonas::config
