#include <filesystem>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/configuration.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/explained_front.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/setup.hpp"
#include "report/report_data.hpp"

namespace evonas::cli {
namespace {

struct ReportArguments {
  std::vector<std::string> runs;
  std::string out;
  bool json = false;
};

report::Run load(const RunFolder& folder) {
  const search::RunStore store = folder.open_read_only();
  const config::Configuration configuration = RunFolder::configuration(store);
  const search::SearchSetup setup = make_setup(configuration, 1, Sources::Declared);
  report::Run run = folder.load(store, setup, configuration);
  explain_front(run, setup);
  return run;
}

int report_one(const ReportArguments& options) {
  const RunFolder folder(options.runs.front());
  const report::Run run = load(folder);
  if (options.out.empty()) {
    folder.write_results(run);
  } else {
    write_atomically(options.out, report::report_html(report::report_json(run)));
  }
  if (options.json) {
    fmt::print("{}\n", report::report_json(run).dump(2));
  } else {
    const std::filesystem::path page =
        options.out.empty() ? folder.path() / "report.html" : std::filesystem::path(options.out);
    fmt::print("{}\n{}\n", report::console_summary(run), page.string());
  }
  return kDone;
}

int report_several(const ReportArguments& options) {
  std::vector<report::Run> runs;
  for (const std::string& run : options.runs) runs.push_back(load(RunFolder(run)));
  const nlohmann::json data = report::report_json(runs);
  const std::string page = options.out.empty() ? "comparison.html" : options.out;
  write_atomically(page, report::report_html(data));
  fmt::print("{}\n", options.json ? data.dump(2) : page);
  return kDone;
}

int report_command(const ReportArguments& options) {
  return options.runs.size() == 1 ? report_one(options) : report_several(options);
}

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<ReportArguments>();
  CLI::App* command =
      app.add_subcommand("report", "Write the report of a run again, or compare several");
  command->add_option("RUN", options->runs, "run folders")->required();
  command->add_option("--out", options->out, "page (default: RUN/report.html, comparison.html)")
      ->type_name("FILE");
  add_json(*command, options->json);
  command->footer(R"(Examples:
  evonas report runs/quickstart-1
  evonas report runs/nsga2-1 runs/random-1 --out comparison.html)");
  set_action(*command, action, options, report_command);
}

}  // namespace evonas::cli
