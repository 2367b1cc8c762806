#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace evonas::predictor {

/// What the noise of labels leaves to gain: Kendall's tau of a perfect predictor, one that knows
/// what the mean label of endlessly many seeds would be, with the labels that there are.
struct NoiseCeiling {
  double tau = 0.0;        ///< on all architectures
  double top10_tau = 0.0;  ///< among the tenth that the labels call best
};

/// Estimates it from labels and how far off each is expected to be, as evaluation::label_noise()
/// has it: the labels are taken for the truth, fresh ones are drawn from normal distributions
/// around them with those deviations, and the mean tau of several draws between the two is it, the
/// best tenth being that of the drawn labels, as in BenchmarkFit::top10_tau. A label of unknown
/// noise (0) has the median one. Labels, which noise has spread, lie further apart than the truth,
/// so it errs a little upwards. The same for the same labels. Nothing where no noise is known. The
/// spans are equally long.
std::optional<NoiseCeiling> noise_ceiling(std::span<const double> labels,
                                          std::span<const double> noises, bool higher_is_better);

}  // namespace evonas::predictor
