#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/front_benchmark.hpp"
#include "search/volume_trace.hpp"

namespace evonas::search {

/// The searches of one algorithm of a benchmark of fronts, one for each seed.
struct NamedVolumes {
  std::string algorithm;
  std::vector<VolumeTrace> traces;
  std::int64_t evaluations = 0;  ///< where they end; not read where seconds end them
};

/// The figures of each algorithm; fronts are turned back as the objectives of the setup say.
std::vector<FrontAlgorithmResult> summarised(std::span<const NamedVolumes> algorithms,
                                             const FrontBenchmarkSetup& setup);

/// The tests between every two algorithms, which have equally many searches.
std::vector<FrontTest> volume_tests(std::span<const NamedVolumes> algorithms,
                                    const FrontBenchmarkSetup& setup);

/// Vectors to be minimised as their metrics count them.
std::vector<std::vector<double>> turned_back(const Front& front, const Problem& problem);

}  // namespace evonas::search
