#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands/common_options.hpp"
#include "cli/config/configuration.hpp"
#include "cli/config/description.hpp"
#include "cli/config/experiment.hpp"
#include "cli/run/search_session.hpp"
#include "spaces/declared/declaration.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

struct ConfigArguments {
  std::string file;
  std::vector<std::string> overrides;
  bool comments = false;
  bool experiment = false;
  bool declaration = false;
  bool markdown = false;
};

int show(const ConfigArguments& options) {
  const bool experiment = config::is_experiment(options.file);
  fmt::print("{}", experiment
                       ? yaml::to_yaml(config::load_experiment(options.file, options.overrides),
                                       options.comments)
                       : yaml::to_yaml(config::load_configuration(options.file, options.overrides),
                                       options.comments));
  return kDone;
}

int check(const ConfigArguments& options) {
  const bool experiment = config::is_experiment(options.file);
  if (experiment) {
    config::make_space(config::load_experiment(options.file, options.overrides).space);
  } else {
    config::make_space(config::load_configuration(options.file, options.overrides).space);
  }
  fmt::print("{}: a valid {}\n", options.file, experiment ? "experiment" : "configuration");
  return kDone;
}

int schema(const ConfigArguments& options) {
  if (options.markdown) {
    fmt::print("{}", config::options_page());
    return kDone;
  }
  const auto json =
      options.experiment
          ? config::json_schema(config::describe<config::Experiment>(), "evonas benchmark")
      : options.declaration
          ? config::json_schema(config::describe<spaces::declared::Declaration>(), "declared space")
          : config::json_schema(config::describe<config::Configuration>(), "evonas search");
  fmt::print("{}\n", json.dump(2));
  return kDone;
}

CLI::App* add_with_file(CLI::App& app, const char* name, const char* help,
                        ConfigArguments& options) {
  CLI::App* command = app.add_subcommand(name, help);
  command->add_option("CONFIG", options.file, "configuration or experiment file")->required();
  add_overrides(*command, options.overrides);
  return command;
}

}  // namespace

void add_config_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ConfigArguments>();
  CLI::App* command = app.add_subcommand("config", "Look at configuration files");
  command->require_subcommand(1);
  command->footer("Example:\n  evonas config check configs/quickstart.yaml");

  CLI::App* shown = add_with_file(*command, "show", "Print a file with every default", *options);
  shown->add_flag("--comments", options->comments, "with the meaning of each option above it");
  shown->footer("Example:\n  evonas config show configs/quickstart.yaml --comments");
  set_action(*shown, action, options, show);

  CLI::App* checked =
      add_with_file(*command, "check", "List everything wrong with a file", *options);
  checked->footer("Example:\n  evonas config check configs/quickstart.yaml");
  set_action(*checked, action, options, check);

  CLI::App* schema_command = command->add_subcommand("schema", "Print the JSON schema for editors");
  schema_command->add_flag("--experiment", options->experiment, "of experiment files");
  schema_command->add_flag("--declaration", options->declaration, "of files that declare spaces");
  schema_command->add_flag("--markdown", options->markdown, "a page with all options instead");
  schema_command->footer(R"(Examples:
  evonas config schema > configs/configuration.schema.json
  evonas config schema --experiment > configs/experiment.schema.json
  evonas config schema --declaration > configs/spaces/declaration.schema.json
  evonas config schema --markdown > configs/OPTIONS.md)");
  set_action(*schema_command, action, options, schema);
}

}  // namespace evonas::cli
