#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/problem.hpp"

namespace evonas::search {

/// What the searches of a benchmark are told: labels of architectures, the same whenever and by
/// whichever search they are asked for. Safe from many threads.
class LabelSource {
 public:
  virtual ~LabelSource() = default;

  /// Every architecture that has labels, failed ones among them, where there is a finite list of
  /// them as in a table: the best there is to be found is then known. Empty elsewhere.
  virtual std::span<const Individual> listed() const = 0;

  /// Puts the labels of `asked`, which it may take, behind `evaluated`, in its order, as
  /// evaluations number `first`, `first` + 1, ... of a search; and behind `seconds` what each takes
  /// on the simulated clock, 0 where nothing says so. May use all threads of the calling TBB arena.
  virtual void evaluate(std::span<spaces::Genotype> asked, std::uint64_t first,
                        std::vector<Individual>& evaluated, std::vector<double>& seconds) const = 0;

  /// Likewise what `metric`, one that they have for that, says early of `asked`
  /// (GuidanceOptions::screening): Individual::screened is its value, and nothing where there is
  /// none. Behind `seconds` is what an evaluation in full takes.
  virtual void screen(std::span<spaces::Genotype> asked, const std::string& metric,
                      std::uint64_t first, std::vector<Individual>& screened,
                      std::vector<double>& seconds) const = 0;

  /// The identity of all that decides them.
  virtual Key digest() const = 0;
};

}  // namespace evonas::search
