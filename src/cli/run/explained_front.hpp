#pragma once

#include "report/report_data.hpp"
#include "search/driver.hpp"

namespace evonas::cli {

/// Where a search was guided by a predictor that tells what it looks at (predictor/explainer.hpp),
/// fits that to all values of the first objective and adds how critical the nodes of the front's
/// cells are to it, for their pictures. Otherwise, and where an evonas without LibTorch cannot, it
/// leaves the run as it is.
void explain_front(report::Run& run, const search::SearchSetup& setup);

}  // namespace evonas::cli
