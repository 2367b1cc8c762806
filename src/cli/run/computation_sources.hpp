#pragma once

#include <cstdint>
#include <string>

#include "predictor/computation_source.hpp"

namespace evonas::cli {

/// A space to learn from without labels, named as "darts" or "nasbench201:channels=8,...". Throws
/// yaml::YamlError and spaces::SpaceError.
predictor::ComputationSource unlabelled_source(const std::string& text,
                                               const spaces::NetworkInput& input);

/// A space to learn from with labels of a table, named as "FILE:METRIC", or "FILE:METRIC:N" for N
/// of them, drawn from `seed`; without N at most 2,000. Throws PredictorError for another text and
/// where the table has too few, and as BenchmarkTable::open() does.
predictor::ComputationSource labelled_source(const std::string& text,
                                             const spaces::NetworkInput& input, std::uint64_t seed);

}  // namespace evonas::cli
