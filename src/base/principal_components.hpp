#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evonas {

/// Points along the directions in which they differ most.
struct PrincipalComponents {
  std::vector<double> scores;  ///< points x components, row-major: each point along each direction
  std::vector<double> shares;  ///< of the variance along each direction, from 0 to 1, descending
};

/// The first `components` principal components of points of `columns` numbers each, row-major
/// (Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space", Philosophical
/// Magazine 1901), by power iteration. Of both signs of a direction, that is taken in which its
/// largest weight, the first of several, is positive: the same points give the same components, on
/// any number of threads. Directions in which the points do not differ have scores and shares of 0;
/// where two directions have nearly the same share, either may be mixed with the other. The numbers
/// are finite. Safe to call from any thread.
PrincipalComponents principal_components(std::span<const double> points, std::size_t columns,
                                         std::size_t components);

}  // namespace evonas
