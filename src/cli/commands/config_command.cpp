#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/configuration.hpp"
#include "cli/config/device_experiment.hpp"
#include "cli/config/experiment.hpp"
#include "cli/config/file_schemas.hpp"
#include "cli/config/predictor_experiment.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

struct ConfigArguments {
  std::string file;
  std::vector<std::string> overrides;
  bool comments = false;
  bool experiment = false;
  bool predictors = false;
  bool declaration = false;
  bool markdown = false;
};

int show(const ConfigArguments& options) {
  const auto print = [&](const auto& config) {
    fmt::print("{}", yaml::to_yaml(config, options.comments));
  };
  if (config::is_predictor_experiment(options.file)) {
    print(config::load_predictor_experiment(options.file, options.overrides));
  } else if (config::is_device_experiment(options.file)) {
    print(config::load_device_experiment(options.file, options.overrides));
  } else if (config::is_experiment(options.file)) {
    print(config::load_experiment(options.file, options.overrides));
  } else {
    print(config::load_configuration(options.file, options.overrides));
  }
  return kDone;
}

/// Throws where the space cannot be made, a table is not of it, or lacks a metric.
void check_tables(const config::Configuration& configuration) {
  const spaces::AnySpace space = config::make_space(configuration.space);
  if (!configuration.among.empty()) evaluation::BenchmarkTable::open(configuration.among, space);
  for (const auto& [metric, source] : configuration.evaluation) {
    const auto* section = std::get_if<config::TableSection>(&source);
    if (section == nullptr) continue;
    const auto table = evaluation::BenchmarkTable::open(section->table, space);
    table.metric(section->column_of(metric));
  }
}

int check(const ConfigArguments& options) {
  const char* kind = "configuration";
  if (config::is_predictor_experiment(options.file)) {
    config::load_predictor_experiment(options.file, options.overrides);
    kind = "comparison of predictors";
  } else if (config::is_device_experiment(options.file)) {
    config::load_device_experiment(options.file, options.overrides);
    kind = "comparison of devices";
  } else if (config::is_experiment(options.file)) {
    config::make_space(config::load_experiment(options.file, options.overrides).space);
    kind = "experiment";
  } else {
    check_tables(config::load_configuration(options.file, options.overrides));
  }
  fmt::print("{}: a valid {}\n", options.file, kind);
  return kDone;
}

int schema(const ConfigArguments& options) {
  if (options.markdown) {
    fmt::print("{}", config::options_page());
    return kDone;
  }
  const auto json = options.experiment    ? config::benchmark_schema()
                    : options.predictors  ? config::predictor_benchmark_schema()
                    : options.declaration ? config::declaration_schema()
                                          : config::search_schema();
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
  schema_command->add_flag("--predictors", options->predictors, "of files that compare predictors");
  schema_command->add_flag("--declaration", options->declaration, "of files that declare spaces");
  schema_command->add_flag("--markdown", options->markdown, "a page with all options instead");
  schema_command->footer(R"(Examples:
  evonas config schema > configs/configuration.schema.json
  evonas config schema --experiment > configs/experiment.schema.json
  evonas config schema --predictors > configs/predictor_experiment.schema.json
  evonas config schema --declaration > configs/spaces/declaration.schema.json
  evonas config schema --markdown > configs/OPTIONS.md)");
  set_action(*schema_command, action, options, schema);
}

}  // namespace evonas::cli
