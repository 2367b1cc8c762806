#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "search/pareto.hpp"
#include "search/table_search.hpp"

namespace evonas::search {

/// The hypervolume that a search has from some moment on.
struct VolumeStep {
  std::int64_t evaluations = 0;
  double seconds = 0.0;  ///< of the simulated clock
  double volume = 0.0;
};

/// The hypervolume of one search of a benchmark over its evaluations and over the simulated clock:
/// that of everything it has evaluated.
struct VolumeTrace {
  std::vector<VolumeStep> steps;  ///< every evaluation with which it grew
  Front front;                    ///< at the end, ordered by the first objective
  TableSearch end;                ///< behind it the hypervolume stays as it was
  double evaluations_per_second = 0.0;

  /// 0 before the first step.
  double volume_after(std::int64_t evaluations) const;
  /// Of the evaluations that were finished at that second of the clock.
  double volume_at(double seconds) const;
};

/// Hypervolumes count up to a reference point, as shares of what is known.
struct VolumeScale {
  std::vector<double> reference;  ///< to be minimised
  double exact = 1.0;             ///< of all there is; 1 where that is not known
};

/// Where the hypervolume of feasible ones among `evaluated`, in their order, grows. `clock` has
/// what the simulated clock showed after each.
std::vector<VolumeStep> volume_steps(std::span<const Individual> evaluated,
                                     std::span<const double> clock, const VolumeScale& scale);

/// `{"evaluations", "training_seconds", "exhausted", "evaluations_per_second", "steps":
/// [[evaluations, seconds, volume], ...], "front": [[objective, ...], ...]}`.
nlohmann::json to_json(const VolumeTrace& trace);

/// The trace that to_json() wrote; nothing where it is none.
std::optional<VolumeTrace> parse_volume_trace(const nlohmann::json& json);

}  // namespace evonas::search
