#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/configuration.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/setup.hpp"
#include "search/run_verification.hpp"

namespace evonas::cli {
namespace {

struct VerifyArguments {
  std::string run;
  std::size_t threads = 0;
  bool json = false;
};

std::vector<std::string> find_faults(const VerifyArguments& options) {
  const RunFolder folder(options.run);
  const search::RunStore store = folder.open_read_only();
  // A store that was altered may not even hold a configuration that can be read.
  std::vector<std::string> faults = store.verify_checksums();
  if (!faults.empty()) return faults;

  const config::Configuration configuration = RunFolder::configuration(store);
  ThreadArena arena(options.threads);
  return arena.execute([&] {
    const search::SearchSetup setup = make_setup(configuration, arena.threads(), Sources::Declared);
    std::vector<std::string> found = search::verify_run(setup, store);
    if (found.empty()) {
      found = folder.verify_files(store, folder.load(store, setup, configuration));
    }
    return found;
  });
}

int verify(const VerifyArguments& options) {
  const std::vector<std::string> faults = find_faults(options);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"run", options.run}, {"faults", faults}}.dump(2));
  } else if (faults.empty()) {
    fmt::print("{}: everything in it follows from its configuration and its stored labels\n",
               options.run);
  } else {
    for (const std::string& fault : faults) fmt::print("{}\n", fault);
  }
  return faults.empty() ? kDone : kCheckFailed;
}

}  // namespace

void add_verify_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<VerifyArguments>();
  CLI::App* command = app.add_subcommand("verify", "Check a run against itself");
  command->add_option("RUN", options->run, "run folder")->required();
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(R"(Example:
  evonas verify runs/quickstart-1

Checks every stored row, computes keys, costs and table values again, asks the algorithm again from
the seed, and derives front, best and result files again. Nothing is trained or measured. Prints one
line for each fault and exits with 1 where there is any.)");
  set_action(*command, action, options, verify);
}

}  // namespace evonas::cli
