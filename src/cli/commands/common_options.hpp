#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands/commands.hpp"

namespace evonas::cli {

inline void add_overrides(CLI::App& command, std::vector<std::string>& overrides) {
  command
      .add_option("--set", overrides,
                  "replace one value of the configuration, as in budget.evaluations=20")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

inline void add_threads(CLI::App& command, std::size_t& threads) {
  command.add_option("--threads", threads, "threads to use; 0 is one for each core")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str();
}

inline void add_json(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "one JSON document on stdout, and nothing else");
}

/// Lets `command` run `work(options)` once the command line is read.
template <class Options>
void set_action(CLI::App& command, Action& action, std::shared_ptr<Options> options,
                int (*work)(const Options&)) {
  command.callback([&action, options = std::move(options), work] {
    action = [options, work] { return work(*options); };
  });
}

}  // namespace evonas::cli
