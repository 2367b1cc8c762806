#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands/common_options.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/setup.hpp"
#include "report/evaluation_table.hpp"

namespace evonas::cli {
namespace {

struct ExportArguments {
  std::string run;
  std::string to = "csv";
  std::string out;
};

int export_run(const ExportArguments& options) {
  const RunFolder folder(options.run);
  if (options.to != "csv") {
    throw FileError(
        fmt::format("the Python package writes {0}: python -m evonas.export {1} --to {0} {2}",
                    options.to, options.run, options.out.empty() ? "FILE" : options.out));
  }
  const search::RunStore store = folder.open_read_only();
  const config::Configuration configuration = RunFolder::configuration(store);
  const report::Run run =
      folder.load(store, make_setup(configuration, 1, Sources::Declared), configuration);
  const std::string csv = report::to_csv(report::evaluation_table(run));
  if (options.out.empty()) {
    fmt::print("{}", csv);
  } else {
    write_atomically(options.out, csv);
    fmt::print("{}\n", options.out);
  }
  return kDone;
}

}  // namespace

void add_export_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand("export", "Every evaluation of a run, for other tools");
  command->add_option("RUN", options->run, "run folder")->required();
  command
      ->add_option("--to", options->to,
                   "csv; parquet and optuna (a study in SQLite) are written by the Python package")
      ->check(CLI::IsMember({"csv", "parquet", "optuna"}))
      ->capture_default_str();
  command->add_option("--out", options->out, "file to write (default: stdout)")->type_name("FILE");
  command->footer(
      R"(A row has index, generation, architecture, key, state, failure, feasibility, origin, every
metric, and the genes in words.

Examples:
  evonas export runs/quickstart-1 --out evaluations.csv
  python -m evonas.export runs/quickstart-1 --to optuna study.db)");
  set_action(*command, action, options, export_run);
}

}  // namespace evonas::cli
