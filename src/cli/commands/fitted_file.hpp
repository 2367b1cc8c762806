#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "predictor/checkpoint.hpp"
#include "predictor/computing_options.hpp"
#include "predictor/predictor.hpp"

namespace evonas::cli {

/// Where a predictor is used instead of the space that it was fitted in; nothing: there.
struct UsedElsewhere {
  std::string space;
  std::vector<std::string> space_options;
  std::string input;                  ///< what networks of that space read
  std::vector<std::string> networks;  ///< files that are the whole space
  std::string device;  ///< of those that the predictor has learnt; empty where it has none
};

/// A predictor as a file has it, ready to predict.
struct FittedFile {
  predictor::CheckpointAbout about;
  spaces::AnySpace space;
  std::optional<spaces::NetworkInput> input;  ///< of predictors that look at whole networks
  std::unique_ptr<predictor::Predictor> predictor;
};

/// Adds the options `--space`, `--set`, `--input` and `--device`.
void add_elsewhere(CLI::App& command, UsedElsewhere& elsewhere);

/// Reads a file that 'evonas predictor fit' wrote, or what cg has learnt of labels of other spaces.
/// Only cg, and predictors that read any whole network, can be used in another space, and only
/// predictors that have learnt devices on one of these (make_fitted()). Throws
/// PredictorError, FileError, and as config::make_space() does.
FittedFile read_fitted(const std::string& file, const UsedElsewhere& elsewhere,
                       const predictor::ComputingOptions& computing = {});

}  // namespace evonas::cli
