#pragma once

#include <optional>
#include <string>

#include "search/driver.hpp"

namespace evonas::search {

/// The best architecture there is to be found.
struct KnownOptimum {
  std::string architecture;  ///< in the space's notation; of equally good ones the table's first
  double value = 0.0;        ///< of the first objective
};

/// The architecture of a table that is best in the first objective and keeps every limit; nothing
/// where no architecture keeps them, or where objectives and limits do not all come from one source
/// that lists what it has labels of (Evaluator::labelled()). Every row counts, also where rows of
/// one network have different labels and a search that tells networks apart by key sees one of
/// them.
std::optional<KnownOptimum> known_optimum(const SearchSetup& setup);

}  // namespace evonas::search
