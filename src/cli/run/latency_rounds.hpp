#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>

#include "cli/run/latency_file.hpp"
#include "cli/run/log.hpp"
#include "graph/graph.hpp"

namespace evonas::cli {

/// A network that is to be measured, and where that is kept.
struct MeasuredNetwork {
  LatencyFile* file = nullptr;
  std::string architecture;
  std::function<graph::Graph()> network;
};

/// What a session of measuring came to.
struct MeasuredRounds {
  bool complete = true;      ///< nothing has stopped it
  std::size_t failures = 0;  ///< networks that could not be measured
};

/// Measures each network as often as `options.rounds` says: all of them once before any of them
/// again, so that the measurements of one lie apart, because a machine is slow for minutes at a
/// time. What the files hold is not measured again. A network that cannot be built or measured is
/// warned of and not tried again in this session. Throws EvaluationError where nothing can be
/// measured with these options, FileError.
MeasuredRounds measure_in_rounds(std::span<const MeasuredNetwork> networks,
                                 const evaluation::LatencyOptions& options, Log& log,
                                 const std::stop_token& stop);

}  // namespace evonas::cli
