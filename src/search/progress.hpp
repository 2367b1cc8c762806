#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/run_record.hpp"

namespace evonas::search {

/// Worst value of each objective, minimised, among the evaluations of the first generation in which
/// one succeeded; empty where none did. `individuals` are those of `records`, by index.
std::vector<double> reference_point(std::span<const EvaluationRecord> records,
                                    std::span<const Individual> individuals);

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
