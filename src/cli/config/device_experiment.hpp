#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"

namespace evonas::config {

/// A comparison of how well latency on a new device is told from few measurements, as a file asks
/// for it.
struct DeviceExperiment {
  std::string title;
  std::string table;
  std::vector<std::string> devices;
  std::vector<std::string> alike;
  std::vector<std::int64_t> measurements = {5, 10, 20};
  std::vector<std::string> choices = {"telling", "random"};
  std::int64_t known = 0;
  std::int64_t pool = 300;
  std::int64_t test = 2000;
  std::int64_t seeds = 3;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "heading of the result");
    visit("table", table,
          "table file that 'evonas table import' wrote, with a metric of latency for each device",
          required(file_path()));
    visit("devices", devices, "these metrics of it; none given: all that are in ms");
    visit("alike", alike,
          "words in the names of devices: where one is in that of the new device, all others with "
          "it are left out too, as the same hardware under another setting");
    visit("measurements", measurements, "how many architectures are measured on a new device",
          between(1, 10000));
    visit("choices", choices,
          "how these are chosen: those of a pool that tell most of a new device, or random ones",
          one_of({"telling", "random"}));
    visit("known", known,
          "so many architectures have latencies on the other devices, and none of them is tested; "
          "0: all have them",
          between(0, 1e8));
    visit("pool", pool, "random architectures that measurements are chosen from", between(1, 4000));
    visit("test", test, "most architectures to test on; 0 is all that are left", between(0, 1e8));
    visit("seeds", seeds, "draws of architectures, with the seeds 1, 2, 3, ...", between(1, 1000));
  }
};

/// Reads such a file as load_configuration() does a configuration. Throws yaml::YamlError.
DeviceExperiment load_device_experiment(const std::filesystem::path& file,
                                        std::span<const std::string> overrides = {});

/// Whether the file is of that kind: it has `measurements`. Throws yaml::YamlError where it is not
/// even YAML.
bool is_device_experiment(const std::filesystem::path& file);

}  // namespace evonas::config
