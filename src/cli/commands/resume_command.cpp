#include <filesystem>

#include <fmt/format.h>

#include "cli/commands/common_options.hpp"
#include "cli/config/configuration.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

struct ResumeArguments {
  std::string run;
  std::vector<std::string> overrides;
  SessionOptions session;
};

/// The configuration of a run with another budget or final stage. Everything else decides what has
/// been evaluated already. Throws FileError.
config::Configuration changed(const config::Configuration& before,
                              const std::vector<std::string>& overrides) {
  auto after = config::parse_configuration(yaml::to_yaml(before), "/", overrides);
  config::Configuration rest = after;
  rest.budget = before.budget;
  rest.final = before.final;
  if (yaml::to_yaml(rest) != yaml::to_yaml(before)) {
    throw FileError(
        "a run is continued with the configuration it began with, but for its budget and final "
        "stage: leave the other --set out, or begin a new run with evonas search");
  }
  return after;
}

int resume(const ResumeArguments& options) {
  const RunFolder folder(options.run);
  search::RunStore store = folder.open();
  folder.restore_configuration(store);
  config::Configuration configuration = RunFolder::configuration(store);
  if (!options.overrides.empty()) {
    configuration = changed(configuration, options.overrides);
    folder.set_configuration(store, configuration);
  }
  return run_session(configuration, folder, std::move(store), options.session);
}

}  // namespace

void add_resume_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ResumeArguments>();
  CLI::App* command = app.add_subcommand("resume", "Continue a search that was stopped or killed");
  command->add_option("RUN", options->run, "run folder")->required();
  add_overrides(*command, options->overrides);
  add_threads(*command, options->session.threads);
  add_json(*command, options->session.json);
  command->footer(R"(Examples:
  evonas resume runs/quickstart-1
  evonas resume runs/quickstart-1 --set budget.evaluations=100

Nothing that was evaluated is evaluated again. Budget and final stage may be changed with --set.)");
  set_action(*command, action, options, resume);
}

}  // namespace evonas::cli
