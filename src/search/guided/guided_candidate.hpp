#pragma once

#include <vector>

#include "predictor/predictor.hpp"
#include "search/guided/acquisition.hpp"
#include "search/origin.hpp"
#include "search/problem.hpp"

namespace evonas::search {

/// An architecture that a guided search might ask for.
struct GuidedCandidate {
  /// Its objectives are merits, to be minimised, and none where a known metric is missing; its key
  /// is its identity (Novelty::identity), its index the position in the block it was assessed in.
  Individual individual;
  Origin origin;
  Outlook outlook;  ///< a prediction an objective, to be minimised, in the metrics' units
  std::vector<predictor::Prediction> believed;  ///< by belief, as its scores
};

}  // namespace evonas::search
