#pragma once

#include <span>
#include <vector>

#include "base/random.hpp"
#include "search/guided/acquisition.hpp"
#include "search/guided/guidance.hpp"

namespace evonas::search {

/// What candidates are expected to add to the hypervolume of a front, up to the worst of each
/// objective among the points that it begins with. As GuidanceOptions::acquisition says:
///
/// - expected_hypervolume: the expectation of what is added (expected hypervolume improvement:
///   Emmerich et al., "Single- and multiobjective evolutionary optimization assisted by Gaussian
///   random field metamodels", 2006). Exact for two objectives, a sum over the steps of the front
///   (Emmerich et al., "Hypervolume-based expected improvement: monotonicity properties and exact
///   computation", CEC 2011); the mean over 32 draws for more.
/// - expected_improvement: the mean over 32 draws, for two objectives too.
/// - upper_bound: what the mean less GuidanceOptions::deviations adds; the others: what the mean
///   does.
///
/// All objectives are minimised, and independent of each other. The const functions are safe from
/// many threads.
class FrontGain {
 public:
  /// At least one point. `rng` is what draws are from.
  FrontGain(std::vector<std::vector<double>> points, const GuidanceOptions& options, Rng rng);

  /// What is expected to be added.
  double of(const Outlook& outlook) const;
  /// The logarithm of that; kNoHope where it is nothing. Where it is exact it tells candidates
  /// apart that are expected to add less than a double can hold.
  double log_of(const Outlook& outlook) const;
  /// What a point adds.
  double of_point(std::vector<double> point) const;

  /// From now on as if the candidate had been evaluated, with what is expected of it: its mean, or
  /// less the deviations of upper_bound. Those that follow should not count on the luck of draws.
  void add(const Outlook& outlook);

 private:
  double log_exact(const Outlook& outlook) const;
  /// Makes what follows from the points.
  void measure();

  std::vector<std::vector<double>> points_;
  std::vector<double> reference_;
  double deviations_ = 0.0;
  bool is_exact_ = false;
  std::vector<std::vector<double>> draws_;  ///< standard normal numbers, one an objective
  double volume_ = 0.0;
  std::vector<std::vector<double>> steps_;  ///< of two objectives: the front, by the first
};

}  // namespace evonas::search
