#include "predictor/ridge.hpp"

#include <cmath>
#include <utility>

namespace evonas::predictor {

std::vector<double> cholesky(std::vector<double> matrix, std::size_t size) {
  const auto at = [&](std::size_t row, std::size_t column) -> double& {
    return matrix[row * size + column];
  };
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double value = at(row, column);
      for (std::size_t k = 0; k < column; ++k) value -= at(row, k) * at(column, k);
      at(row, column) = row == column ? std::sqrt(value) : value / at(column, column);
    }
  }
  return matrix;
}

std::vector<double> solve(std::span<const double> factor, std::vector<double> b) {
  const std::size_t size = b.size();
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t k = 0; k < row; ++k) b[row] -= factor[row * size + k] * b[k];
    b[row] /= factor[row * size + row];
  }
  for (std::size_t row = size; row-- > 0;) {
    for (std::size_t k = row + 1; k < size; ++k) b[row] -= factor[k * size + row] * b[k];
    b[row] /= factor[row * size + row];
  }
  return b;
}

double LinearFit::value(std::span<const double> row) const {
  double value = mean;
  for (std::size_t i = 0; i < weights.size(); ++i) value += weights[i] * (row[i] - centres[i]);
  return value;
}

LinearFit fit_linear(std::span<const double> rows, std::size_t width,
                     std::span<const double> values, double ridge) {
  return std::move(fit_linears(rows, width, values, 1, ridge).front());
}

std::vector<LinearFit> fit_linears(std::span<const double> rows, std::size_t width,
                                   std::span<const double> values, std::size_t targets,
                                   double ridge) {
  const std::size_t size = values.size() / targets;
  const auto count = static_cast<double>(size);
  std::vector<double> centres(width, 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) centres[i % width] += rows[i] / count;
  std::vector<double> means(targets, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) means[i % targets] += values[i] / count;
  std::vector<double> products(width * width, 0.0);
  std::vector<double> right(targets * width, 0.0);
  std::vector<double> row(width);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t a = 0; a < width; ++a) row[a] = rows[width * i + a] - centres[a];
    for (std::size_t target = 0; target < targets; ++target) {
      const double value = values[targets * i + target] - means[target];
      for (std::size_t a = 0; a < width; ++a) right[width * target + a] += row[a] * value;
    }
    for (std::size_t a = 0; a < width; ++a) {
      for (std::size_t b = 0; b < width; ++b) products[width * a + b] += row[a] * row[b];
    }
  }
  for (std::size_t a = 0; a < width; ++a) products[width * a + a] += ridge * count;
  const std::vector<double> factor = cholesky(std::move(products), width);
  std::vector<LinearFit> fits;
  for (std::size_t target = 0; target < targets; ++target) {
    const auto own = std::span(right).subspan(width * target, width);
    fits.push_back({.centres = centres,
                    .weights = solve(factor, {own.begin(), own.end()}),
                    .mean = means[target]});
  }
  return fits;
}

}  // namespace evonas::predictor
