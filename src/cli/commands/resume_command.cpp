#include <utility>

#include "cli/commands/common_options.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

struct ResumeArguments {
  std::string run;
  std::vector<std::string> overrides;
  SessionOptions session;
};

int resume(const ResumeArguments& options) {
  const RunFolder folder(options.run);
  OpenedRun run = open_for_continuing(folder, options.overrides);
  return run_session(run.configuration, folder, std::move(run.store), options.session);
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
