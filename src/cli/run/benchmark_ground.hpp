#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cli/config/experiment.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "search/algorithm.hpp"
#include "search/label_source.hpp"

namespace evonas::cli {

/// What the algorithms of an experiment are compared on.
struct BenchmarkGround {
  spaces::AnySpace space;   ///< where labels come from a table, that part of the space that it has
  search::Problem problem;  ///< of a table, with metrics called as there
  std::vector<search::AlgorithmOptions> algorithms;  ///< likewise
  search::Guidance guidance;
  std::shared_ptr<const evaluation::BenchmarkTable> table;  ///< null where there are `labels`
  std::shared_ptr<const search::LabelSource> labels;        ///< null where there is a table
  std::string cost;                ///< the metric with the seconds of an evaluation; may be empty
  std::vector<std::string> units;  ///< of each objective
};

/// The table, where all metrics of the experiment come from one, or its sources. `file` is the one
/// that the experiment stands in, for messages. Throws the errors of their makers, and FileError
/// for a table that does not exist.
BenchmarkGround make_benchmark_ground(const config::Experiment& experiment, const std::string& file,
                                      std::size_t threads);

}  // namespace evonas::cli
