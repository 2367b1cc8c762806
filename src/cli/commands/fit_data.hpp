#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "predictor/checkpoint.hpp"
#include "predictor/predictor.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// What a predictor is to learn, as the options of 'evonas predictor fit' say.
struct FitSource {
  std::string table;
  std::string latency;
  std::string metric;
  std::vector<std::string> devices;  ///< metrics of the table; empty: `metric` is learnt
  std::vector<std::string> unseen;
  std::string hardware;
  std::string model = "evonas";
  std::string input;
  std::size_t train = 0;
  bool statics = false;
  std::uint64_t seed = 1;
  bool noise = false;
};

/// What is learnt, and what a checkpoint says of it.
struct FitData {
  spaces::AnySpace space;
  std::optional<spaces::NetworkInput> input;
  std::vector<predictor::Label> labels;
  predictor::CheckpointAbout about;
};

/// Reads the labels and draws those that are learnt from. Throws PredictorError for options that do
/// not go together, and as the readers of tables and latencies do.
FitData fit_data(const FitSource& options);

}  // namespace evonas::cli
