#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// A gene in which an architecture differs from one of its parents, in words.
struct GeneChange {
  std::string gene;
  std::string from;
  std::string to;
};

/// A network on the way to another.
struct Ancestor {
  std::size_t position = 0;  ///< in SearchSummary::evaluations
  /// What it changes of the one before it; none of the first, and none where the two have another
  /// number of genes.
  std::vector<GeneChange> changes;
};

/// The way from an architecture that was made from no other to the network that the run ends with,
/// both included: of two parents always the one that shares more genes, of equal ones the first.
/// Empty where the run ends with none.
std::vector<Ancestor> lineage(const Run& run);

}  // namespace evonas::report
