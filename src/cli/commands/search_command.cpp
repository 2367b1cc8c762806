#include <filesystem>
#include <utility>

#include "cli/commands/common_options.hpp"
#include "cli/config/configuration.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

struct SearchArguments {
  std::string config;
  std::vector<std::string> overrides;
  std::string out;
  SessionOptions session;
};

int search(const SearchArguments& options) {
  const auto configuration = config::load_configuration(options.config, options.overrides);
  const RunFolder folder(options.out.empty()
                             ? next_run_folder(std::filesystem::path(options.config).stem())
                             : std::filesystem::path(options.out));
  search::RunStore store = folder.create(configuration);
  return run_session(configuration, folder, std::move(store), options.session);
}

}  // namespace

void add_search_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<SearchArguments>();
  CLI::App* command = app.add_subcommand("search", "Search for the best architectures");
  command->add_option("CONFIG", options->config, "configuration file")->required();
  add_overrides(*command, options->overrides);
  command->add_option("--out", options->out, "run folder (default: runs/CONFIG-1, -2, ...)")
      ->type_name("DIR");
  add_threads(*command, options->session.threads);
  add_json(*command, options->session.json);
  command->footer(R"(Examples:
  evonas search configs/quickstart.yaml
  evonas search configs/quickstart.yaml --set search.seed=2 --set 'limits=[latency_ms <= 1]'
  evonas search configs/quickstart.yaml --threads 8 --out runs/overnight

A run can be stopped at any time, by Ctrl-C too, and continued with evonas resume.)");
  set_action(*command, action, options, search);
}

}  // namespace evonas::cli
