#pragma once

#include <cstddef>
#include <filesystem>
#include <stop_token>

#include "cli/config/table_recipe.hpp"
#include "cli/run/log.hpp"

namespace evonas::cli {

/// What a session of building a table came to.
struct TableBuildResult {
  bool complete = false;      ///< every training is done and the table is written
  std::size_t trainings = 0;  ///< done so far, those of earlier sessions included
  std::size_t failures = 0;   ///< of these
};

/// Makes a benchmark table: trains one network of every distinct key of the space, some of them
/// several times, measures latency, and writes `table.csv.gz` and `manifest.json` into `folder`;
/// where it is stopped, of the networks that are trained so far.
///
/// Everything that was trained or measured is in `folder` at once (`labels.csv`, `latency.csv`,
/// `lookup.csv`); a later call with the same recipe goes on from there, also after `kill -9`.
/// Trainings come in a random order that the seed fixes, so that an unfinished table is a fair
/// sample. Throws FileError, also where `folder` was begun with another recipe, EvaluationError,
/// and SearchError while another process builds there.
TableBuildResult build_table(const config::TableRecipe& recipe, const std::filesystem::path& folder,
                             std::size_t threads, Log& log, const std::stop_token& stop);

}  // namespace evonas::cli
