#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace evonas::predictor {

/// About how many seconds of one processor core a fit to so many labels takes, pre-training aside:
/// good enough to begin with what is cheap, and to tell at first how long the rest will take.
/// `epochs` are those of published models, 0 for what their authors train. A predictor that it does
/// not know counts as a cheap one. Safe from many threads.
double expected_fit_seconds(const std::string& model, std::size_t labels, std::int64_t epochs);

}  // namespace evonas::predictor
