#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "cli/config/configuration.hpp"
#include "cli/run/search_sources.hpp"
#include "evaluation/evaluator.hpp"
#include "search/driver.hpp"

namespace evonas::cli {

/// The search that a configuration asks for. Throws as make_sources() does.
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

/// Name under which the final measurement is kept: that of the search's latency.
std::string latency_metric(const config::Configuration& configuration);

/// Name under which the test accuracy of the final training is kept.
inline constexpr const char* kTestAccuracy = "test_accuracy";

}  // namespace evonas::cli
