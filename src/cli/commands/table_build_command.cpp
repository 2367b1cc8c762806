#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/table_recipe.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/table_build.hpp"

namespace evonas::cli {
namespace {

struct TableBuildArguments {
  std::string recipe;
  std::vector<std::string> overrides;
  std::string out;
  std::size_t threads = 0;
  bool json = false;
};

int build(const TableBuildArguments& options) {
  const config::TableRecipe recipe = config::load_table_recipe(options.recipe, options.overrides);
  const Interrupt interrupt;
  std::filesystem::create_directories(options.out);
  Log log(std::filesystem::path(options.out) / "log.txt");
  const TableBuildResult result =
      build_table(recipe, options.out, options.threads, log, interrupt.token());
  log.progress("");
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"folder", options.out},
                                      {"complete", result.complete},
                                      {"trainings", result.trainings},
                                      {"failures", result.failures}}
                           .dump(2));
  } else {
    fmt::print("{}: {} trainings, {} of them failed{}\n", options.out, result.trainings,
               result.failures, result.complete ? "" : "; the same command goes on from here");
  }
  return result.complete ? kDone : kInterrupted;
}

}  // namespace

void add_table_build_command(CLI::App& table, Action& action) {
  auto options = std::make_shared<TableBuildArguments>();
  CLI::App* command =
      table.add_subcommand("build", "Make a table by training every network of a space");
  command->add_option("RECIPE", options->recipe, "recipe file")->required();
  add_overrides(*command, options->overrides);
  command->add_option("--out", options->out, "folder for the table and all that it is made of")
      ->required()
      ->type_name("DIR");
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(R"(Example:
  evonas table build experiments/embedded_table.yaml --out experiments/embedded_table

It can be stopped at any time and goes on where it was when the same command is given again.)");
  set_action(*command, action, options, build);
}

}  // namespace evonas::cli
