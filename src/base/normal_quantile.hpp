#pragma once

namespace evonas {

/// The value below which a standard normal number lies with the given probability, which is above 0
/// and below 1.
double normal_quantile(double probability);

}  // namespace evonas
