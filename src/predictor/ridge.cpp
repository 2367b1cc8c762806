#include "predictor/ridge.hpp"

#include <cmath>

namespace evonas::predictor {
namespace {

/// The solution of a x = b for a symmetric positive definite matrix, row-major, by Cholesky's
/// factor.
std::vector<double> solve_positive(std::vector<double> a, std::vector<double> b) {
  const std::size_t size = b.size();
  const auto at = [&](std::size_t row, std::size_t column) -> double& {
    return a[row * size + column];
  };
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double value = at(row, column);
      for (std::size_t k = 0; k < column; ++k) value -= at(row, k) * at(column, k);
      at(row, column) = row == column ? std::sqrt(value) : value / at(column, column);
    }
  }
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t k = 0; k < row; ++k) b[row] -= at(row, k) * b[k];
    b[row] /= at(row, row);
  }
  for (std::size_t row = size; row-- > 0;) {
    for (std::size_t k = row + 1; k < size; ++k) b[row] -= at(k, row) * b[k];
    b[row] /= at(row, row);
  }
  return b;
}

}  // namespace

double LinearFit::value(std::span<const double> row) const {
  double value = mean;
  for (std::size_t i = 0; i < weights.size(); ++i) value += weights[i] * (row[i] - centres[i]);
  return value;
}

LinearFit fit_linear(std::span<const double> rows, std::size_t width,
                     std::span<const double> values, double ridge) {
  const auto count = static_cast<double>(values.size());
  LinearFit fit{.centres = std::vector<double>(width, 0.0), .weights = {}};
  for (const double value : values) fit.mean += value / count;
  for (std::size_t i = 0; i < rows.size(); ++i) fit.centres[i % width] += rows[i] / count;
  std::vector<double> products(width * width, 0.0);
  std::vector<double> right(width, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t a = 0; a < width; ++a) {
      const double number = rows[width * i + a] - fit.centres[a];
      right[a] += number * (values[i] - fit.mean);
      for (std::size_t b = 0; b < width; ++b) {
        products[width * a + b] += number * (rows[width * i + b] - fit.centres[b]);
      }
    }
  }
  for (std::size_t a = 0; a < width; ++a) products[width * a + a] += ridge * count;
  fit.weights = solve_positive(std::move(products), std::move(right));
  return fit;
}

}  // namespace evonas::predictor
