#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "search/guided/guided_candidate.hpp"

namespace evonas::search {

/// Which candidates may be chosen next for a batch whose members are to be apart: those that differ
/// in at least so many genes from each that is taken, and have not been taken themselves. Where
/// there are none, those that differ in one gene less, and so on: a space too small for the
/// distance still fills the batch. Not safe from many threads.
class BatchSpacing {
 public:
  /// Failed candidates are never open. `taken` are under way; `distance` 0 or 1: all are open.
  BatchSpacing(std::span<const GuidedCandidate> candidates, std::span<const spaces::Genotype> taken,
               std::size_t distance);

  bool is_open(std::size_t candidate) const {
    return is_left_[candidate] && nearest_[candidate] >= distance_;
  }
  bool keeps_apart() const { return wanted_ > 1; }
  bool any_open() const { return left_ > 0; }
  void take(std::size_t candidate);

 private:
  void keep_from(const spaces::Genotype& taken);
  void relax();

  std::span<const GuidedCandidate> candidates_;
  std::size_t wanted_;
  std::size_t distance_ = 0;          ///< that holds for the next choice
  std::vector<bool> is_left_;         ///< by candidate
  std::vector<std::size_t> nearest_;  ///< by candidate: genes that differ from the nearest taken
  std::size_t left_ = 0;
};

}  // namespace evonas::search
