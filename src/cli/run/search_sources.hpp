#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cli/config/configuration.hpp"
#include "evaluation/command/listener.hpp"
#include "evaluation/evaluator.hpp"
#include "search/driver.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// Whether the sources of a search can evaluate, or only name their metrics, which is enough to
/// report and verify and needs neither data sets nor devices. Tables are opened in any case, and
/// look-up tables and TorchScript files where they are there.
enum class Sources { Working, Declared };

/// Makes the source of metrics that the program tells which runs the search.
using ToldSource =
    std::function<std::shared_ptr<evaluation::Evaluator>(std::vector<evaluation::Metric> metrics)>;

/// What a search gets from whoever runs it.
struct SearchHost {
  evaluation::CommandListener listener;  ///< is told what commands do
  ToldSource told;                       ///< empty where no program tells anything
};

/// What networks of this configuration read; nothing where it does not say.
std::optional<spaces::NetworkInput> network_input(const config::Configuration& configuration);

/// The sources of the metrics of a configuration, whose space is `space`. They run in the order
/// free, table, look-up, prediction, TorchScript, measurement, training, command, told: what is
/// cheap comes first. Throws the errors of their makers, and EvaluationError where metrics are told
/// and nobody does.
std::vector<search::Source> make_sources(const config::Configuration& configuration,
                                         const spaces::AnySpace& space, std::size_t threads,
                                         Sources mode, const SearchHost& host);

}  // namespace evonas::cli
