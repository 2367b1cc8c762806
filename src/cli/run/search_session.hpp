#pragma once

#include <cstddef>

#include "cli/config/configuration.hpp"
#include "cli/run/run_folder.hpp"
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

/// Runs a search in its folder until it ends or is interrupted, a beginning and a continuation
/// alike: search, final stage, result files, a summary on stdout. Returns the exit code.
int run_session(const config::Configuration& configuration, const RunFolder& folder,
                search::RunStore store, const SessionOptions& options);

}  // namespace evonas::cli
