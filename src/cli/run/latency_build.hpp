#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>

#include "cli/config/latency_recipe.hpp"
#include "cli/run/log.hpp"

namespace evonas::cli {

/// What a session of measuring networks came to.
struct LatencyBuildResult {
  bool complete = false;     ///< every network has been measured as often as it should be
  std::size_t networks = 0;  ///< with a latency, those of earlier sessions included
  std::size_t failures = 0;  ///< networks that could not be measured, and have none
};

/// Makes a benchmark of latency predictors: draws distinct networks of each family, measures the
/// latency of each on this host, and writes `networks.csv.gz` and `manifest.json` into `folder`;
/// where it is stopped, of the networks that are measured so far.
///
/// Measurements are in `folder` at once (`measured/FAMILY.csv`), and so is all that the networks
/// are made from (`recipe.yaml`, `spaces/FAMILY.yaml`): a later call with the same recipe goes on
/// from there, also after `kill -9`, and read_latency_networks() needs nothing else. The networks
/// of all families are measured in one random order. Throws FileError, also where `folder` was
/// begun with another recipe, EvaluationError, SpaceError, and SearchError while another process
/// builds there.
LatencyBuildResult build_latency(const config::LatencyRecipe& recipe,
                                 const std::filesystem::path& folder, Log& log,
                                 const std::stop_token& stop);

}  // namespace evonas::cli
