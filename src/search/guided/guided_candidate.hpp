#pragma once

#include <vector>

#include "predictor/predictor.hpp"
#include "search/guided/acquisition.hpp"
#include "search/origin.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// An architecture that a guided search might ask for.
struct GuidedCandidate {
  /// Its objectives are merits, to be minimised (one for each objective of the problem, or one of
  /// all and one for each that is known), and none where a known metric is missing; its key
  /// is its identity (Novelty::identity), its index the position in the block it was assessed in.
  Individual individual;
  Origin origin;
  Outlook outlook;  ///< a prediction an objective, to be minimised, in the metrics' units
  std::vector<predictor::Prediction> believed;  ///< by belief, as its scores
  /// By belief what each member of its predictor alone expects, as scores; empty where it has none
  /// or nobody draws by members.
  std::vector<std::vector<double>> members = {};
  /// The logarithm of the probability that limits on predicted metrics hold, where that weighs what
  /// is added to a front; 0 elsewhere.
  double log_feasible = 0.0;
};

}  // namespace evonas::search
