#pragma once

#include <string>

namespace evonas::cli {

/// Prints what a table file holds, as text or as one JSON document. Throws EvaluationError.
int show_table(const std::string& file, bool json);

}  // namespace evonas::cli
