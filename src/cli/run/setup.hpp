#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/config/configuration.hpp"
#include "evaluation/command/listener.hpp"
#include "evaluation/evaluator.hpp"
#include "search/driver.hpp"
#include "spaces/network_input.hpp"

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

/// The search that a configuration asks for. Sources run in the order free, table, look-up,
/// prediction, TorchScript, measurement, training, command, told: what is cheap comes first. Throws
/// the errors of the sources' makers, and EvaluationError where metrics are told and nobody does.
search::SearchSetup make_setup(const config::Configuration& configuration, std::size_t threads,
                               Sources sources, const SearchHost& host = {});

/// Where the search of a configuration moves: in its space, or among the rows of the table that it
/// names. Throws SpaceError, EvaluationError.
spaces::AnySpace searched_space(const config::Configuration& configuration);

/// What makes the predictors of guided searches in a space, and where such searches move: all from
/// one PredictorSource, so that they share what they can. They start from `pretrained`, unless that
/// is empty (PredictorOptions::pretrained). Nothing is known. Safe from many threads.
search::Guidance learnt_guidance(const spaces::AnySpace& space,
                                 const config::PredictorsSection& how = {},
                                 const std::filesystem::path& pretrained = {});

/// Units and cost classes of the metrics of `setup`, and of those that only a final stage yields.
std::map<std::string, evaluation::Metric> metrics_of(const search::SearchSetup& setup,
                                                     const config::Configuration& configuration);

/// What networks of this configuration read; nothing where it does not say.
std::optional<spaces::NetworkInput> network_input(const config::Configuration& configuration);

/// Name under which the final measurement is kept: that of the search's latency.
std::string latency_metric(const config::Configuration& configuration);

/// Name under which the test accuracy of the final training is kept.
inline constexpr const char* kTestAccuracy = "test_accuracy";

}  // namespace evonas::cli
