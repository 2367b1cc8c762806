#include <filesystem>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/device_comparison.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

struct DevicesArguments {
  std::string experiment;
  std::vector<std::string> overrides;
  std::string out;
  std::size_t threads = 0;
  bool known_only = false;
  bool json = false;
};

int compare_devices(const DevicesArguments& arguments) {
  const Interrupt interrupt;
  DeviceComparison comparison(
      config::load_device_experiment(arguments.experiment, arguments.overrides));
  ThreadArena arena(arguments.threads);
  std::string known;
  const bool done = unless_interrupted(interrupt, [&] {
    ProgressLine line("devices");
    arena.execute([&] {
      if (!arguments.known_only) {
        comparison.run([&](double share) { line.share(share); }, interrupt.token());
      }
      known = comparison.known_devices();
    });
  });
  if (!done) return kInterrupted;
  const fs::path out = arguments.out;
  fs::create_directories(out);
  if (arguments.known_only) {
    write_atomically(out / "devices.predictor", known);
    fmt::print("{}\n", (out / "devices.predictor").string());
    return kDone;
  }
  write_atomically(out / "results.json", comparison.json().dump(2) + "\n");
  write_atomically(out / "results.md", comparison.markdown());
  write_atomically(out / "devices.predictor", known);
  if (arguments.json) {
    fmt::print("{}\n", comparison.json().dump(2));
  } else {
    fmt::print("{}\n{}\n", comparison.markdown(), (out / "devices.predictor").string());
  }
  return kDone;
}

}  // namespace

void add_predictor_devices_command(CLI::App& predictor, Action& action) {
  auto devices = std::make_shared<DevicesArguments>();
  CLI::App* compared = predictor.add_subcommand(
      "devices", "How well latency on a new device is told by few measurements and other devices");
  compared->add_option("EXPERIMENT", devices->experiment, "experiment file")->required();
  add_overrides(*compared, devices->overrides);
  compared
      ->add_option(
          "--out", devices->out,
          "folder for the results, and for devices.predictor, what is known of all devices")
      ->required()
      ->type_name("DIR");
  CLI::Option* known_only = compared->add_flag("--known-only", devices->known_only,
                                               "write devices.predictor alone, and try no device");
  add_threads(*compared, devices->threads);
  add_json(*compared, devices->json);
  known_only->excludes("--json");
  compared->footer(R"(Each device of a table is left out in turn.

Example:
  evonas predictor devices experiments/devices_nasbench201.yaml --out runs/devices)");
  set_action(*compared, action, devices, compare_devices);
}

}  // namespace evonas::cli
