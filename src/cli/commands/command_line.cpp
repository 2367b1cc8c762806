#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  evonas search configs/quickstart.yaml
  evonas search configs/quickstart.yaml --set budget.evaluations=100 --out runs/longer
  evonas resume runs/quickstart-1
  evonas config show configs/quickstart.yaml --comments
  evonas space info nasbench201

Exit codes: 0 done; 1 a check or verification failed; 2 bad usage, configuration or input;
3 too many evaluations failed; 130 interrupted.)";

/// A line for each command that has parts, which the help of CLI11 does not list.
std::string parts_of_commands(const CLI::App& app) {
  const auto all = [](const CLI::App* /*part*/) { return true; };
  std::string text = "Parts of commands, each with a help of its own:\n";
  for (const CLI::App* command : app.get_subcommands(all)) {
    std::vector<std::string> names;
    for (const CLI::App* part : command->get_subcommands(all)) names.push_back(part->get_name());
    if (names.empty()) continue;
    text += fmt::format("  {:<11} {}\n", command->get_name(), fmt::join(names, ", "));
  }
  return text;
}

void add_commands(CLI::App& app, Action& action) {
  add_search_command(app, action);
  add_resume_command(app, action);
  add_verify_command(app, action);
  add_report_command(app, action);
  add_export_command(app, action);
  add_benchmark_command(app, action);
  add_space_command(app, action);
  add_network_command(app, action);
  add_table_command(app, action);
  add_latency_command(app, action);
  add_predictor_command(app, action);
  add_config_command(app, action);
  add_bench_command(app, action);
}

/// What CLI11 says about a wrong command line, as one line with a way to find out more.
int refuse_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  std::string name;
  for (const CLI::App* part = command; part != nullptr; part = part->get_parent()) {
    name = fmt::format("{}{}{}", part->get_name(), name.empty() ? "" : " ", name);
  }
  fmt::print(stderr, "evonas: {}\nSee: {} --help\n", error.what(), name);
  return kBadInput;
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  CLI::App app("Evolutionary neural-architecture search", "evonas");
  app.set_version_flag("--version", std::string("evonas ") + EVONAS_VERSION);
  app.require_subcommand(1);
  Action action;
  try {
    add_commands(app, action);
    app.footer(fmt::format("{}\n{}", parts_of_commands(app), kFooter));
    app.parse(argc, argv);
    const int code = action();
    if (std::fflush(stdout) != 0) throw FileError("the results cannot be written to stdout");
    return code;
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return refuse_usage(app, error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "evonas: {}\n", error.what());
    return kBadInput;
  }
}

}  // namespace evonas::cli
