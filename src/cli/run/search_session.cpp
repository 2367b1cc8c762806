#include "cli/run/search_session.hpp"

#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/explained_front.hpp"
#include "cli/run/final_stage.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/progress.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

int exit_code(const search::SearchSummary& summary, const Interrupt& interrupt) {
  const bool all_failed =
      !summary.evaluations.empty() && summary.failures == summary.evaluations.size();
  if (all_failed || summary.termination == search::Termination::TooManyFailures) {
    return kTooManyFailures;
  }
  const bool stopped = summary.termination == search::Termination::Interrupted;
  return stopped || interrupt.requested() ? kInterrupted : kDone;
}

void print_results(const report::Run& run, const RunFolder& folder, bool json) {
  if (json) {
    fmt::print("{}\n", report::summary_json(run).dump(2));
    return;
  }
  fmt::print("{}\n", report::console_summary(run));
  for (const char* name : {"report.html", "front.csv", "summary.json"}) {
    fmt::print("{}\n", (folder.path() / name).string());
  }
  const bool trained = run.summary.final && run.summary.final->metrics.contains(kTestAccuracy);
  if (trained && std::filesystem::exists(folder.best_network_file())) {
    fmt::print("{}\n", folder.best_network_file().string());
  }
}

/// The configuration of a run with another budget or final stage. Everything else decides what has
/// been evaluated already. Throws FileError.
config::Configuration changed(const config::Configuration& before,
                              std::span<const std::string> overrides) {
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

}  // namespace

OpenedRun open_for_continuing(const RunFolder& folder, std::span<const std::string> overrides) {
  search::RunStore store = folder.open();
  folder.restore_configuration(store);
  config::Configuration configuration = RunFolder::configuration(store);
  folder.check_space(store, configuration);
  if (!overrides.empty()) {
    configuration = changed(configuration, overrides);
    folder.set_configuration(store, configuration);
  }
  return {std::move(store), std::move(configuration)};
}

namespace {

report::Run search_with(const config::Configuration& configuration, const RunFolder& folder,
                        search::RunStore store, std::size_t threads, Log& log,
                        const ToldSource& told, search::Observer* observer,
                        const std::stop_token& stop) {
  std::optional<report::Run> run;
  ThreadArena arena(threads);
  arena.execute([&] {
    const SearchHost host{.listener = {.detail = [&](const std::string& line) { log.detail(line); },
                                       .warning = [&](const std::string& line) { log.warn(line); }},
                          .told = told};
    const search::SearchSetup setup =
        make_setup(configuration, arena.threads(), Sources::Working, host);
    log.info(fmt::format("{}: {} in {}, {} threads", folder.path().string(),
                         setup.algorithm.algorithm, setup.space.name(), arena.threads()));
    Progress progress(log, setup, metrics_of(setup, configuration));
    std::vector<search::Observer*> observers{&progress};
    if (observer != nullptr) observers.push_back(observer);
    const search::SearchSummary summary = search::run_search(setup, &store, observers, stop);
    log.info(summary.message);
    run_final_stage(configuration, setup, store, folder.best_network_file(), log, stop);
    run = folder.load(store, setup, configuration);
    explain_front(*run, setup);
    folder.write_results(*run);
    log.progress("");
  });
  return std::move(*run);
}

}  // namespace

report::Run search_in_folder(const config::Configuration& configuration, const RunFolder& folder,
                             search::RunStore store, std::size_t threads, Log& log,
                             const ToldSource& told, search::Observer* observer,
                             const std::stop_token& stop) {
  try {
    return search_with(configuration, folder, std::move(store), threads, log, told, observer, stop);
  } catch (...) {
    folder.discard_beginning();  // the folder is free for another try
    throw;
  }
}

int run_session(const config::Configuration& configuration, const RunFolder& folder,
                search::RunStore store, const SessionOptions& options) {
  // First, so that every thread that is made later leaves the signals to it.
  const Interrupt interrupt;
  Log log(folder.log_file());
  const report::Run run = search_in_folder(configuration, folder, std::move(store), options.threads,
                                           log, {}, nullptr, interrupt.token());
  print_results(run, folder, options.json);
  const int code = exit_code(run.summary, interrupt);
  if (code == kInterrupted) {
    log.info(fmt::format("interrupted; continue with: evonas resume {}", folder.path().string()));
  }
  return code;
}

}  // namespace evonas::cli
