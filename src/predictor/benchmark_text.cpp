#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "predictor/benchmark_results.hpp"

namespace evonas::predictor {

std::string markdown_head(const BenchmarkColumns& columns) {
  std::string head = "| model | labels | tau |";
  if (columns.test_values) head += " test tau |";
  head += " tau, best 10 % | 90 % intervals hold | rho of deviations | fit, s |";
  if (columns.refresh) head += " refresh, s |";
  head += " scored/s |";
  if (columns.compared) head += " p against best |";
  const auto bars = static_cast<std::size_t>(std::ranges::count(head, '|'));
  return fmt::format("{}\n{}\n", head, fmt::join(std::vector<std::string>(bars, "|"), "---"));
}

std::string markdown_row(const BenchmarkRow& row, const BenchmarkColumns& columns) {
  const auto mean = [&](double BenchmarkFit::*figure) { return figure_of(row.fits, figure).mean; };
  std::string line = fmt::format("| {} | {} |", row.model, row.train);
  const auto add = [&](double BenchmarkFit::*figure) {
    const BenchmarkFigure over_seeds = figure_of(row.fits, figure);
    line += fmt::format(" {:.3f} ± {:.3f} |", over_seeds.mean, over_seeds.deviation);
  };
  add(&BenchmarkFit::tau);
  if (columns.test_values) add(&BenchmarkFit::test_tau);
  add(&BenchmarkFit::top10_tau);
  line += fmt::format(" {:.1f} % | {:.2f} | {:.2f} |", 100.0 * mean(&BenchmarkFit::coverage90),
                      mean(&BenchmarkFit::deviation_rho), mean(&BenchmarkFit::fit_seconds));
  if (columns.refresh) line += fmt::format(" {:.2f} |", mean(&BenchmarkFit::refresh_seconds));
  line += fmt::format(" {:.0f} |", static_cast<double>(row.fits.front().tested) /
                                       mean(&BenchmarkFit::predict_seconds));
  if (columns.compared) {
    line += row.p_against_best ? fmt::format(" {:.2g} |", *row.p_against_best)
                               : fmt::format(" {} |", row.best ? "best" : "–");
  }
  return line + "\n";
}

}  // namespace evonas::predictor
