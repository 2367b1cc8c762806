#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/run_record.hpp"

namespace evonas::search {

/// Worst value of each objective, minimised, among those that have not failed; empty where all
/// have.
std::vector<double> worst_objectives(std::span<const Individual> individuals);

/// Keeps the state of a search from generation to generation, at a cost that depends on the size of
/// a generation and of the front, not on the length of the run.
class Progress {
 public:
  explicit Progress(const Problem& problem) : problem_(problem) {}

  /// The state after one more complete generation, in which screenings do not count; its `seconds`
  /// stay 0.
  GenerationRecord add(std::uint64_t generation, std::span<const EvaluationRecord> records,
                       std::span<const Individual> individuals);

 private:
  Problem problem_;
  GenerationRecord state_;
  std::vector<Individual> front_;
  std::vector<double> reference_;
};

}  // namespace evonas::search
