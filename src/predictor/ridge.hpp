#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace evonas::predictor {

/// A linear function of some numbers: `mean` at their `centres`.
struct LinearFit {
  std::vector<double> centres;
  std::vector<double> weights;
  double mean = 0.0;

  /// Its value for one row of as many numbers.
  double value(std::span<const double> row) const;
};

/// Least squares with a ridge: `rows` has `width` numbers for each of the `values`, one row after
/// the other, at least one; the squares of the weights count `ridge` times the number of rows,
/// above 0, which keeps rows that do not differ, or are fewer than numbers, from being a problem.
/// The mean is not shrunk. Time grows with the cube of the width.
LinearFit fit_linear(std::span<const double> rows, std::size_t width,
                     std::span<const double> values, double ridge);

/// The same for several values of each row, `values` having `targets` numbers for each, one row
/// after the other: one fit for each target.
std::vector<LinearFit> fit_linears(std::span<const double> rows, std::size_t width,
                                   std::span<const double> values, std::size_t targets,
                                   double ridge);

/// The lower Cholesky factor of a symmetric positive definite matrix, row-major; what is above the
/// diagonal is left as it is.
std::vector<double> cholesky(std::vector<double> matrix, std::size_t size);

/// The solution of (l l^T) x = b for such a factor.
std::vector<double> solve(std::span<const double> factor, std::vector<double> b);

}  // namespace evonas::predictor
