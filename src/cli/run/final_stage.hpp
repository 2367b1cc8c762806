#pragma once

#include <filesystem>
#include <stop_token>

#include "cli/config/configuration.hpp"
#include "cli/run/log.hpp"
#include "search/driver.hpp"
#include "search/run_store.hpp"

namespace evonas::cli {

/// Measures the best network of a finished search again and trains it once more, as `final` of the
/// configuration says, and stores what comes out. One whose new latency breaks a limit gives way to
/// the next best. Does nothing where that is stored already, the search is not finished, or it
/// found nothing within the limits. Measurement and training are kept apart, so a stop between them
/// repeats neither. The trained network is written to `best_network` as ONNX before the store says
/// that it was trained.
void run_final_stage(const config::Configuration& configuration, const search::SearchSetup& setup,
                     search::RunStore& store, const std::filesystem::path& best_network, Log& log,
                     const std::stop_token& stop);

}  // namespace evonas::cli
