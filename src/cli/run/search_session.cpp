#include "cli/run/search_session.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "cli/run/explained_front.hpp"
#include "cli/run/final_stage.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/log.hpp"
#include "cli/run/progress.hpp"
#include "cli/run/setup.hpp"

namespace evonas::cli {
namespace {

int exit_code(const search::SearchSummary& summary, const Interrupt& interrupt) {
  if (summary.termination == search::Termination::TooManyFailures) return kTooManyFailures;
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

}  // namespace

int run_session(const config::Configuration& configuration, const RunFolder& folder,
                search::RunStore store, const SessionOptions& options) {
  // First, so that every thread that is made later leaves the signals to it.
  const Interrupt interrupt;
  Log log(folder.log_file());
  ThreadArena arena(options.threads);
  return arena.execute([&] {
    const evaluation::CommandListener listener{
        .detail = [&](const std::string& line) { log.detail(line); },
        .warning = [&](const std::string& line) { log.warn(line); }};
    const search::SearchSetup setup =
        make_setup(configuration, arena.threads(), Sources::Working, listener);
    log.info(fmt::format("{}: {} in {}, {} threads", folder.path().string(),
                         setup.algorithm.algorithm, setup.space.name(), arena.threads()));
    Progress progress(log, setup, metrics_of(setup, configuration));
    const std::array<search::Observer*, 1> observers = {&progress};
    const search::SearchSummary summary =
        search::run_search(setup, &store, observers, interrupt.token());
    log.info(summary.message);
    run_final_stage(configuration, setup, store, folder.best_network_file(), log,
                    interrupt.token());

    report::Run run = folder.load(store, setup, configuration);
    explain_front(run, setup);
    folder.write_results(run);
    log.progress("");
    print_results(run, folder, options.json);
    const int code = exit_code(summary, interrupt);
    if (code == kInterrupted) {
      log.info(fmt::format("interrupted; continue with: evonas resume {}", folder.path().string()));
    }
    return code;
  });
}

}  // namespace evonas::cli
