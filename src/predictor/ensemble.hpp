#pragma once

#include <span>
#include <vector>

#include "spaces/genotype.hpp"

namespace evonas::predictor {

/// What members expect of a block: by member one value for each architecture.
using MemberMeans = std::vector<std::vector<double>>;

/// A predictor made of several that could each predict alone. One member is a draw from all that
/// may be true of the metric: it errs alike for architectures that are alike, which draws from the
/// mean and the deviation of each architecture do not (Thompson sampling by member:
/// Lakshminarayanan et al., "Simple and scalable predictive uncertainty estimation using deep
/// ensembles", NeurIPS 2017; Lu and Van Roy, "Ensemble sampling", NeurIPS 2017).
class Ensemble {
 public:
  virtual ~Ensemble() = default;

  /// How much each member counts: at least one number, each above 0, 1 in sum. Safe from many
  /// threads. Throws PredictorError before the first fit.
  virtual std::vector<double> shares() const = 0;

  /// By metric what each member alone expects, in the labels' unit; the metrics of a Predictor are
  /// one, those of a JointPredictor its own. Uses the threads of the arena that the caller is in.
  /// Safe from many threads. Throws PredictorError before the first fit.
  virtual std::vector<MemberMeans> predict_members(
      std::span<const spaces::Genotype> block) const = 0;
};

}  // namespace evonas::predictor
