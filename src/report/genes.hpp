#pragma once

#include <cstddef>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// The genes of genotypes of so many genes: as the space describes them, or "gene 1", "gene 2", ...
/// where it does not.
std::vector<spaces::GeneDescription> genes_of(const Run& run, std::size_t count);

}  // namespace evonas::report
