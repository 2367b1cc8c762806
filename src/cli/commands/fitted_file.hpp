#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "predictor/checkpoint.hpp"
#include "predictor/predictor.hpp"

namespace evonas::cli {

/// A predictor as a file has it, ready to predict.
struct FittedFile {
  predictor::CheckpointAbout about;
  spaces::AnySpace space;
  std::unique_ptr<predictor::Predictor> predictor;
};

/// Adds the options `--space` and `--set`: where a predictor of any space is to be used.
void add_space_of_file(CLI::App& command, std::string& space, std::vector<std::string>& options);

/// Reads a file that 'evonas predictor fit' wrote, or what cg has learnt of labels of other spaces.
/// `space`, with its options, is where it is to be used instead of where it was fitted (empty):
/// only cg can be used in another space. Throws PredictorError, FileError, and as
/// config::make_space() does.
FittedFile read_fitted(const std::string& file, const std::string& space,
                       std::span<const std::string> options);

}  // namespace evonas::cli
