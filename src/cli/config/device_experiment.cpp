#include "cli/config/device_experiment.hpp"

#include "yaml/reader.hpp"

namespace evonas::config {

DeviceExperiment load_device_experiment(const std::filesystem::path& file,
                                        std::span<const std::string> overrides) {
  const yaml::FileKind kind{"comparison of devices", "table: devices.sqlite"};
  yaml::Findings findings;
  auto experiment =
      yaml::read_overridden<DeviceExperiment>(yaml::read_document(file, kind), overrides, findings);
  if (findings.faults().empty()) {
    if (experiment.measurements.empty())
      findings.add("measurements", "is empty: give at least one");
    if (experiment.choices.empty()) findings.add("choices", "is empty: give at least one");
  }
  findings.check();
  return experiment;
}

}  // namespace evonas::config
