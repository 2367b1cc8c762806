#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>

#include "cli/config/configuration.hpp"
#include "cli/run/log.hpp"
#include "cli/run/run_folder.hpp"
#include "cli/run/setup.hpp"
#include "search/observer.hpp"
#include "search/run_store.hpp"

namespace evonas::cli {

/// How a command ends.
enum ExitCode : int {
  kDone = 0,
  kCheckFailed = 1,
  kBadInput = 2,
  kTooManyFailures = 3,
  kInterrupted = 130,
};

/// How a search session is run and told about.
struct SessionOptions {
  std::size_t threads = 0;  ///< 0 is one for each core
  bool json = false;        ///< stdout gets summary.json instead of tables and paths
};

/// A run that is there, and what it is continued with.
struct OpenedRun {
  search::RunStore store;
  config::Configuration configuration;
};

/// Opens the run of a folder for continuing it, with another budget or final stage where
/// `overrides` say so ("budget.evaluations=20"). Throws FileError where they change anything else,
/// and as RunFolder::open() does.
OpenedRun open_for_continuing(const RunFolder& folder, std::span<const std::string> overrides);

/// One session of a search in its folder until it ends or is asked to stop, a beginning and a
/// continuation alike: search, final stage, result files. Returns what the folder holds then.
/// `observer` is told how it goes, after those that log it; may be null. Where a fault ends it
/// before anything was asked for, the folder is free for another try.
report::Run search_in_folder(const config::Configuration& configuration, const RunFolder& folder,
                             search::RunStore store, std::size_t threads, Log& log,
                             const ToldSource& told, search::Observer* observer,
                             const std::stop_token& stop);

/// The same as a command: Ctrl-C asks to stop, and a summary goes to stdout. Returns the exit code.
int run_session(const config::Configuration& configuration, const RunFolder& folder,
                search::RunStore store, const SessionOptions& options);

}  // namespace evonas::cli
