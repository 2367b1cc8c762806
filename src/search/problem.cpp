#include "search/problem.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/normal_quantile.hpp"
#include "base/quoted.hpp"

namespace evonas::search {
namespace {

using Metrics = std::map<std::string, evaluation::Measurement>;

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_metric_name(std::string_view text) {
  const auto allowed = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

const evaluation::Measurement& measurement_of(const Metrics& metrics, const std::string& name,
                                              std::string_view role) {
  const auto found = metrics.find(name);
  if (found == metrics.end()) {
    std::string names;
    for (const auto& [metric, measurement] : metrics) {
      names += names.empty() ? metric : ", " + metric;
    }
    throw SearchError(
        fmt::format("the metric '{}' of {} is missing from an evaluation, which has {}; give it a "
                    "source under 'evaluation'",
                    name, role, names.empty() ? "none" : names));
  }
  if (!std::isfinite(found->second.value)) {
    throw SearchError(
        fmt::format("the metric '{}' of {} is {} where a finite number is expected; its source "
                    "should report such an evaluation as failed",
                    name, role, found->second.value));
  }
  return found->second;
}

/// That a value is below the upper end of its 95 % interval.
constexpr double kBelowUpperEnd = 0.975;

}  // namespace

Limit Limit::parse(std::string_view text) {
  const auto fail = [&](std::string_view why) {
    throw SearchError(
        fmt::format("the limit {} {}; write METRIC <= NUMBER or METRIC >= NUMBER, for example "
                    "latency_ms <= 4",
                    evonas::quoted(text), why));
  };
  const std::size_t at = text.find_first_of("<>");
  if (at == std::string_view::npos || at + 1 >= text.size() || text[at + 1] != '=') {
    fail("has no '<=' or '>='");
  }
  Limit limit;
  const std::string_view metric = trim(text.substr(0, at));
  if (!is_metric_name(metric)) fail("does not begin with the name of a metric");
  limit.metric = metric;
  limit.relation = text[at] == '<' ? Relation::AtMost : Relation::AtLeast;
  const std::string_view number = trim(text.substr(at + 2));
  const char* const end = number.data() + number.size();
  const auto [rest, error] = std::from_chars(number.data(), end, limit.bound);
  if (error != std::errc() || rest != end || !std::isfinite(limit.bound)) {
    fail("does not end in a finite number");
  }
  return limit;
}

std::string Limit::to_string() const {
  const std::string text =
      fmt::format("{} {} {}", metric, relation == Relation::AtMost ? "<=" : ">=", bound);
  if (confidence <= 0.5) return text;
  return fmt::format("{} with {:.6g} % confidence", text, 100.0 * confidence);
}

double Limit::violation(double value) const {
  const double excess = relation == Relation::AtMost ? value - bound : bound - value;
  return excess > 0.0 ? excess / (bound == 0.0 ? 1.0 : std::abs(bound)) : 0.0;
}

double Limit::violation(const evaluation::Measurement& measurement) const {
  const double value = measurement.value;
  const std::optional<double>& end =
      relation == Relation::AtMost ? measurement.high : measurement.low;
  if (confidence <= 0.5 || !end) return violation(value);
  const double reach = normal_quantile(confidence) / normal_quantile(kBelowUpperEnd);
  return violation(value + reach * (*end - value));
}

std::vector<double> Problem::minimised(const Metrics& metrics) const {
  std::vector<double> values;
  values.reserve(objectives.size());
  for (const Objective& objective : objectives) {
    const double value = measurement_of(metrics, objective.metric, "an objective").value;
    values.push_back(turned(value, objective.goal));
  }
  return values;
}

std::vector<double> Problem::limited(const Metrics& metrics) const {
  std::vector<double> values;
  values.reserve(limits.size());
  for (const Limit& limit : limits) {
    values.push_back(measurement_of(metrics, limit.metric, "a limit").value);
  }
  return values;
}

double Problem::violation(const Metrics& metrics) const {
  double total = 0.0;
  for (const Limit& limit : limits) {
    total += limit.violation(measurement_of(metrics, limit.metric, "a limit"));
  }
  return total;
}

bool dominates(const Individual& a, const Individual& b) {
  if (!a.feasible() || !b.feasible()) return a.violation < b.violation;
  bool better = false;
  for (std::size_t i = 0; i < a.objectives.size(); ++i) {
    if (a.objectives[i] > b.objectives[i]) return false;
    better = better || a.objectives[i] < b.objectives[i];
  }
  return better;
}

}  // namespace evonas::search
