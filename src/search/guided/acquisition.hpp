#pragma once

#include <vector>

#include "predictor/predictor.hpp"
#include "search/guided/guidance.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// Whether GuidanceOptions::acquisition goes by draws from what is believed.
bool draws(const GuidanceOptions& options);

/// How good a belief makes a candidate, by what GuidanceOptions::acquisition says: a number to be
/// minimised, as is what is believed of. `best` is the lowest value so far, `draw` a standard
/// normal number (thompson, independent_thompson).
///
/// - mean: the mean.
/// - upper_bound: the mean less GuidanceOptions::deviations (Auer, "Using confidence bounds for
///   exploitation-exploration trade-offs", 2002; a lower bound where values are minimised).
/// - expected_improvement: minus the logarithm of what is expected to be gained on `best` (Jones et
///   al., "Efficient global optimization of expensive black-box functions", 1998).
/// - expected_hypervolume: the same, which it is of one objective (front_gain.hpp).
/// - thompson, independent_thompson: a draw of each candidate's own (White et al., "BANANAS", AAAI
///   2021). What thompson makes of predictors with members: see Assessor::drawn().
double merit(const GuidanceOptions& options, const predictor::Prediction& belief, double best,
             double draw);

/// The logarithm of what is expected to be gained on `best` by a value to be minimised. It tells
/// candidates apart that are expected to gain less than a double can hold (Ament et al.,
/// "Unexpected improvements to expected improvement for Bayesian optimization", NeurIPS 2023);
/// kNoHope where nothing can be gained.
double log_expected_improvement(const predictor::Prediction& belief, double best);

/// The logarithm of the probability that a value believed to be `belief` is at most `bound`;
/// kNoHope where that is impossible.
double log_probability_below(const predictor::Prediction& belief, double bound);

/// In the place of the logarithm of 0, so that sums and differences stay numbers.
inline constexpr double kNoHope = -1e12;

/// A candidate with several objectives, to be minimised. Those with a deviation of 0 are known.
using Outlook = std::vector<predictor::Prediction>;

}  // namespace evonas::search
