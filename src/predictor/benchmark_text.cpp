#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "predictor/benchmark_results.hpp"

namespace evonas::predictor {
namespace {

std::string in_digits(const BenchmarkFigure& figure, int digits) {
  std::string text = fmt::format("{:.{}f}", figure.mean, digits);
  if (figure.deviation) text += fmt::format(" ± {:.{}f}", *figure.deviation, digits);
  return text;
}

}  // namespace

std::string markdown_head(const BenchmarkColumns& columns) {
  std::string head = "| model | labels | tau | rho |";
  if (columns.test_values) head += " test tau |";
  if (columns.errors) head += " MAPE | within 10 % |";
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
    line += fmt::format(" {} |", in_digits(figure_of(row.fits, figure), 3));
  };
  add(&BenchmarkFit::tau);
  add(&BenchmarkFit::rho);
  if (columns.test_values) add(&BenchmarkFit::test_tau);
  if (columns.errors) {
    const auto percent = [&](double BenchmarkFit::*figure) {
      line += fmt::format(" {} % |", in_digits(figure_of(row.fits, figure), 2));
    };
    percent(&BenchmarkFit::mape);
    percent(&BenchmarkFit::within10);
  }
  add(&BenchmarkFit::top10_tau);
  line += row.fits.front().held.empty()
              ? " – | – |"
              : fmt::format(" {:.1f} % | {:.2f} |", 100.0 * mean(&BenchmarkFit::coverage90),
                            mean(&BenchmarkFit::deviation_rho));
  line += fmt::format(" {:.2f} |", mean(&BenchmarkFit::fit_seconds));
  if (columns.refresh) line += fmt::format(" {:.2f} |", mean(&BenchmarkFit::refresh_seconds));
  line += fmt::format(" {:.0f} |", static_cast<double>(row.fits.front().tested) /
                                       mean(&BenchmarkFit::predict_seconds));
  if (columns.compared) {
    line += row.p_against_best ? fmt::format(" {:.2g} |", *row.p_against_best)
                               : fmt::format(" {} |", row.best ? "best" : "–");
  }
  return line + "\n";
}

std::string markdown_differences(std::span<const BenchmarkRow> rows, const std::string& against) {
  std::string text = fmt::format(
      "| model | labels | tau less that of {} | 95 % interval | p | tau, best 10 %, likewise | 95 "
      "% "
      "interval | p |\n|---|---|---|---|---|---|---|---|\n",
      against);
  for (const BenchmarkRow& row : rows) {
    if (!row.against) continue;
    text += fmt::format("| {} | {} |", row.model, row.train);
    for (const PairedDifference& difference : {row.against->tau, row.against->top10_tau}) {
      text += fmt::format(" {:+.3f} | {:+.3f} to {:+.3f} | {:.2g} |", difference.mean,
                          difference.low, difference.high, difference.p);
    }
    text += "\n";
  }
  return text;
}

std::string markdown_groups(std::span<const BenchmarkRow> rows,
                            std::span<const std::string> groups) {
  std::string text =
      "| model | labels | group | tested | tau | MAPE | within 10 % |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const BenchmarkRow& row : rows) {
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const auto figures = figures_of_group(row, group);
      if (!figures) continue;
      text += fmt::format("| {} | {} | {} | {} | {:.3f} | {:.2f} % | {:.2f} % |\n", row.model,
                          row.train, groups[group], figures->tested, figures->tau, figures->mape,
                          figures->within10);
    }
  }
  return text;
}

}  // namespace evonas::predictor
