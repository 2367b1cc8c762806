#pragma once

#include <vector>

#include "predictor/predictor.hpp"
#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// A space to learn from before `cg` is fitted to labels of another one: its networks for an input
/// and, where somebody has them, labels. Labels are learnt as ranks within their space, so each may
/// be of another metric in another unit, as long as it means the same kind of thing.
struct ComputationSource {
  spaces::AnySpace space;
  spaces::NetworkInput input;
  std::vector<Label> labels;
  bool higher_is_better = true;  ///< where it is not, labels are learnt upside down
};

}  // namespace evonas::predictor
