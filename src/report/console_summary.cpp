#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <fmt/format.h>

#include "report/columns.hpp"
#include "report/forecasts.hpp"
#include "report/measurements_json.hpp"
#include "report/report_data.hpp"
#include "report/screenings.hpp"

namespace evonas::report {
namespace {

constexpr std::size_t kRows = 20;

/// Whole numbers in full, others to four digits.
std::string figure(double value) {
  const double size = std::abs(value);
  if (std::isfinite(value) && size < 1e15 && value == std::floor(value)) {
    return fmt::format("{:.0f}", value);
  }
  if (size >= 1000.0 && size < 1e9) return fmt::format("{:.1f}", value);
  return fmt::format("{:#.4g}", value);
}

/// The first `shown` values of the front in one column, with one number of decimals.
std::vector<std::string> column_figures(const Run& run, const std::string& metric,
                                        std::size_t shown) {
  std::vector<std::optional<double>> values;
  double largest = 0.0;
  bool whole = true;
  for (std::size_t i = 0; i < shown; ++i) {
    const Measurements& metrics = run.summary.evaluations.at(run.summary.front[i]).metrics;
    const auto found = metrics.find(metric);
    values.push_back(found == metrics.end() ? std::nullopt : std::optional(found->second.value));
    if (!values.back()) continue;
    largest = std::max(largest, std::abs(*values.back()));
    whole = whole && *values.back() == std::floor(*values.back());
  }
  const bool fixed = !whole && largest >= 1e-2 && largest < 1e9;
  const int decimals =
      fixed ? std::max(0, 3 - static_cast<int>(std::floor(std::log10(largest)))) : 0;
  std::vector<std::string> figures;
  for (const std::optional<double>& value : values) {
    if (!value) {
      figures.emplace_back();
    } else {
      figures.push_back(fixed ? fmt::format("{:.{}f}", *value, decimals) : figure(*value));
    }
  }
  return figures;
}

std::string duration(double seconds) {
  if (seconds < 60.0) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::string plural(std::size_t count, const std::string& word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

/// One line a metric: "  latency_ms  3.945 ms (3.866 to 4.044)".
std::string metric_lines(const Run& run, const Measurements& measurements,
                         const std::vector<std::string>& names) {
  std::size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  std::string text;
  for (const std::string& name : names) {
    const auto found = measurements.find(name);
    if (found == measurements.end()) continue;
    const evaluation::Measurement& measurement = found->second;
    const std::string unit = unit_of(run, name);
    text += fmt::format("  {:<{}}  {}{}{}", name, width, figure(measurement.value),
                        unit.empty() ? "" : " ", unit);
    if (measurement.low && measurement.high) {
      text += fmt::format(" ({} to {})", figure(*measurement.low), figure(*measurement.high));
    }
    text += '\n';
  }
  return text;
}

std::string heading(const Run& run) {
  const search::SearchSummary& summary = run.summary;
  std::string text =
      fmt::format("{} ({}): {}, {}, {}, {}, seed {}\n", run.name, run.space.name(),
                  status(summary.termination), plural(summary.evaluations.size(), "evaluation"),
                  plural(summary.failures, "failure"), duration(summary.seconds), summary.seed);
  if (!summary.message.empty()) text += summary.message + '\n';
  return text;
}

/// How far the best network is from the optimum of a table.
std::string distance(const Run& run) {
  const std::optional<double> distance = distance_from_optimum(run);
  if (!distance) return {};
  const std::string& metric = run.problem.objectives.front().metric;
  const std::string unit = unit_of(run, metric);
  const auto with_unit = [&](double value) {
    return figure(value) + (unit.empty() ? "" : " " + unit);
  };
  const std::string optimum = fmt::format("the optimum of the table{}",
                                          run.problem.limits.empty() ? "" : " within the limits");
  if (*distance == 0.0) return fmt::format("this is {}\n", optimum);
  return fmt::format("{} from {}: {} {} with {}\n", with_unit(*distance), optimum, metric,
                     with_unit(run.optimum->value), run.optimum->architecture);
}

std::string best(const Run& run) {
  const search::SearchSummary& summary = run.summary;
  if (!summary.best) {
    return summary.evaluations.size() == summary.failures
               ? "\nno network was evaluated successfully\n"
               : "\nno network within every limit was found\n";
  }
  const search::EvaluationRecord& record = summary.evaluations.at(*summary.best);
  std::string text = fmt::format("\nbest network: {}\n", record.architecture) +
                     metric_lines(run, record.metrics, metric_columns(run)) + distance(run);
  if (!summary.final) return text;
  const auto lines = [&](const search::FinalNetwork& network) {
    std::vector<std::string> names;
    for (const auto& [name, measurement] : network.metrics) names.push_back(name);
    return metric_lines(run, network.metrics, names);
  };
  for (const search::FinalNetwork& network : summary.final->rejected) {
    text += fmt::format("{} breaks a limit when it is measured again:\n", network.architecture) +
            lines(network);
  }
  const bool same = summary.final->architecture == record.architecture;
  text += fmt::format(
              "after {} ({}):\n",
              same ? "its final training" : "the final training of " + summary.final->architecture,
              duration(summary.final->seconds)) +
          lines(*summary.final);
  return text;
}

std::string front(const Run& run) {
  const search::SearchSummary& summary = run.summary;
  if (summary.front.empty()) return {};
  const std::vector<std::string> columns = metric_columns(run);
  const std::size_t shown = std::min(summary.front.size(), kRows);
  std::vector<std::vector<std::string>> rows(shown + 1);
  for (const std::string& column : columns) {
    const std::vector<std::string> figures = column_figures(run, column, shown);
    rows[0].push_back(column);
    for (std::size_t i = 0; i < shown; ++i) rows[i + 1].push_back(figures[i]);
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = fmt::format("\nfront: {}", plural(summary.front.size(), "network"));
  if (run.problem.objectives.size() > 1) {
    text += fmt::format(", hypervolume {}", figure(summary.hypervolume));
  }
  text += '\n';
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text += fmt::format("  {:>{}}", rows[r][i], widths[i]);
    }
    text +=
        r == 0 ? "  architecture" : "  " + summary.evaluations[summary.front[r - 1]].architecture;
    text += '\n';
  }
  if (shown < summary.front.size()) {
    text += fmt::format("  and {} more in front.csv\n", summary.front.size() - shown);
  }
  return text;
}

/// One line: "screened: 40 networks in 55 screenings of 2 min 5 s, 30 never evaluated, which saved
/// about 24 min 10 s".
std::string screenings(const Run& run) {
  const std::optional<ScreeningTally> tally = screening_tally(run);
  if (!tally) return {};
  std::string text = fmt::format(
      "\nscreened: {} in {} of {}, {} never evaluated", plural(tally->architectures, "network"),
      plural(tally->screenings, "screening"), duration(tally->seconds), tally->left_out);
  if (tally->seconds_saved > 0.0) {
    text += fmt::format(", which saved about {}", duration(tally->seconds_saved));
  }
  return text + '\n';
}

/// How far what was expected can be relied on.
std::string forecasts(const Run& run) {
  std::string text;
  for (const ForecastQuality& quality : forecast_quality(run)) {
    text += fmt::format(
        "{}{}, expected before {}: Kendall tau {:.2f}, {:.0f} % within their 90 % intervals\n",
        text.empty() ? "\n" : "", quality.metric, plural(quality.count, "evaluation"),
        quality.kendall_tau, 100.0 * quality.covered);
  }
  return text;
}

/// One line: "time: evaluate 93 %, fit 5 %, rest 2 %", the largest part first.
std::string times(const Run& run) {
  const std::optional<search::TimeSplit>& split = run.summary.times;
  if (!split || !(split->total() > 0.0)) return {};
  std::vector<search::TimePart> parts(search::kTimeParts.begin(), search::kTimeParts.end());
  std::ranges::stable_sort(parts, std::greater<>(),
                           [&](const search::TimePart& part) { return *split.*part.seconds; });
  std::string text;
  for (const auto& [name, seconds] : parts) {
    const double percent = 100.0 * *split.*seconds / split->total();
    if (percent < 0.5) continue;
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "\ntime: " : ", ", name, percent);
  }
  return text + '\n';
}

}  // namespace

std::string console_summary(const Run& run) {
  return heading(run) + best(run) + front(run) + screenings(run) + forecasts(run) + times(run);
}

}  // namespace evonas::report
