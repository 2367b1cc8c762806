#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/table_info.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/import_table.hpp"

namespace evonas::cli {
namespace {

struct TableArguments {
  std::string space;
  std::vector<std::string> space_options;
  std::string csv;
  std::string tfrecord;
  std::string architecture;
  std::vector<std::string> metrics;
  std::vector<std::string> required;
  std::string source;
  std::string licence;
  std::string table;
  bool json = false;
};

/// As a shell reads it back as one word.
std::string in_shell_quotes(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";
  if (word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// The options that decide what is in the table, as a command line.
std::string command_line(const TableArguments& options) {
  std::string command = "evonas table import";
  const auto add = [&](const char* option, const std::string& value) {
    if (value.empty()) return;
    command += fmt::format(" {} {}", option, in_shell_quotes(value));
  };
  add("--space", options.space);
  for (const std::string& value : options.space_options) add("--set", value);
  add("--csv", options.csv);
  add("--tfrecord", options.tfrecord);
  add("--architecture", options.architecture);
  for (const std::string& value : options.metrics) add("--metric", value);
  for (const std::string& value : options.required) add("--require", value);
  return command;
}

void check_sources(const TableArguments& options) {
  if (options.csv.empty() == options.tfrecord.empty()) {
    throw evaluation::EvaluationError(
        "a table is imported from one file: give either --csv or --tfrecord");
  }
  if (options.csv.empty()) {
    if (!options.architecture.empty()) {
      throw evaluation::EvaluationError("--architecture names columns of a --csv file");
    }
    return;
  }
  if (options.architecture.empty() || options.metrics.empty()) {
    throw evaluation::EvaluationError(
        "--csv needs --architecture COLUMN and at least one --metric NAME=COLUMN");
  }
}

int import(const TableArguments& options) {
  check_sources(options);
  std::vector<evaluation::ImportedMetric> metrics;
  for (const std::string& metric : options.metrics) {
    metrics.push_back(evaluation::ImportedMetric::parse(metric));
  }
  const evaluation::ImportOptions wanted{.required = options.required,
                                         .about = {.space_options = options.space_options,
                                                   .source = options.source,
                                                   .licence = options.licence,
                                                   .command = command_line(options)}};
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const auto summary =
      options.csv.empty()
          ? evaluation::import_nasbench101(space, options.tfrecord, metrics, options.table, wanted)
          : evaluation::import_table(space, options.csv, options.architecture, metrics,
                                     options.table, wanted);
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"file", options.table},
                                      {"rows", summary.rows},
                                      {"missing_values", summary.missing_values},
                                      {"left_out", summary.left_out}}
                           .dump(2));
    return kDone;
  }
  fmt::print("{}: {} architectures, {} values missing\n", options.table, summary.rows,
             summary.missing_values);
  if (summary.left_out > 0) {
    fmt::print("{} rows without a required metric were left out\n", summary.left_out);
  }
  return kDone;
}

int info(const TableArguments& options) { return show_table(options.table, options.json); }

void add_import(CLI::App& command, Action& action, const std::shared_ptr<TableArguments>& options) {
  CLI::App* import_command =
      command.add_subcommand("import", "Make a table file from a CSV or TFRecord file");
  CLI::App& imported = *import_command;
  imported.add_option("--space", options->space, "search space of the architectures")->required();
  imported.add_option("--set", options->space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  imported.add_option("--csv", options->csv, "CSV file with a header line, plain or gzip")
      ->type_name("FILE");
  imported
      .add_option("--tfrecord", options->tfrecord,
                  "official file of NAS-Bench-101, instead of --csv")
      ->type_name("FILE");
  imported
      .add_option("--architecture", options->architecture,
                  "column with architectures in the space's notation; A+B: two columns that give "
                  "it joined by a blank")
      ->type_name("COLUMN[+COLUMN...]");
  imported
      .add_option("--metric", options->metrics,
                  "a metric and its column, or several columns, of which it is the mean: "
                  "NAME=COLUMN[,COLUMN...][:UNIT[:maximize|minimize]], where NAME is "
                  "QUANTITY[@EPOCHS][#SEED]; without it, all of a --tfrecord file")
      ->allow_extra_args(false)
      ->type_name("METRIC");
  imported
      .add_option("--require", options->required,
                  "leave out rows that have no value of this metric (repeat for several)")
      ->allow_extra_args(false)
      ->type_name("NAME");
  imported.add_option("--source", options->source, "where the data is from, kept in the table")
      ->type_name("TEXT");
  imported.add_option("--licence", options->licence, "licence of the data, kept in the table")
      ->type_name("TEXT");
  imported.add_option("--out", options->table, "table file to write")
      ->required()
      ->type_name("FILE");
  add_json(imported, options->json);
  imported.footer(R"(Examples:
  evonas table import --space nasbench201 --csv nasbench201.csv.gz --architecture arch \
    --metric cifar10_val@200=cifar10_val_200:%:maximize \
    --metric cifar10_val@200#777=cifar10_val_200_seed777:%:maximize \
    --licence MIT --out nasbench201.sqlite
  evonas table import --space nasbench101 --csv nasbench101.csv.gz --architecture adjacency+ops \
    --metric val@108=val_108_run1,val_108_run2,val_108_run3:fraction:maximize --require val@108 \
    --out nasbench101.sqlite
  evonas table import --space nasbench101 --tfrecord nasbench_only108.tfrecord \
    --out nasbench101.sqlite

Columns of a --tfrecord file: trainable_parameters, and for N from 1 to 3 and the epochs E that the
file has, validation_accuracy@E#N, test_accuracy@E#N, train_accuracy@E#N, training_time@E#N (the
same at half of the training: halfway_validation_accuracy@E#N, ...).
In a configuration the full name stands under `metric`:
  evaluation: {accuracy: {table: nasbench101.sqlite, metric: val@108}})");
  set_action(imported, action, options, import);
}

}  // namespace

void add_table_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<TableArguments>();
  CLI::App* command = app.add_subcommand("table", "Benchmark tables: import and look at them");
  command->require_subcommand(1);
  command->footer("Example:\n  evonas table info tables/nasbench201.sqlite");
  add_import(*command, action, options);

  add_table_build_command(*command, action);

  CLI::App* shown = command->add_subcommand(
      "info", "Size, metrics with their best values, seed noise and provenance of a table file");
  shown->add_option("TABLE", options->table, "table file")->required();
  add_json(*shown, options->json);
  shown->footer("Example:\n  evonas table info tables/nasbench201.sqlite --json");
  set_action(*shown, action, options, info);
}

}  // namespace evonas::cli
