#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/nearest_name.hpp"
#include "cli/config/configuration.hpp"
#include "predictor/predictor_list.hpp"
#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

using Names = std::vector<std::string>;

bool is_free(const std::string& metric) {
  const auto& names = free_metrics();
  return std::find(names.begin(), names.end(), metric) != names.end();
}

/// A fault where `metric` is none of `names`.
void check_given(const std::string& metric, const std::string& path, const Names& names,
                 yaml::Findings& findings) {
  if (metric.empty() || std::ranges::find(names, metric) != names.end()) return;
  findings.add(path, fmt::format("nothing under `evaluation` gives \"{}\" ({})", metric,
                                 nearest_or_known(metric, names)));
}

/// A fault where neither a source nor the graph gives `metric`.
void check_metric(const std::string& metric, const std::string& path, const Names& sources,
                  yaml::Findings& findings) {
  Names names = sources;
  names.insert(names.end(), free_metrics().begin(), free_metrics().end());
  check_given(metric, path, names, findings);
}

void check_objectives(const std::vector<ObjectiveSection>& objectives, const Names& sources,
                      yaml::Findings& findings) {
  if (objectives.empty() && findings.given("objectives")) {
    findings.add("objectives", "names no objective: give at least one");
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const std::string path = fmt::format("objectives[{}].metric", i);
    check_metric(objectives[i].metric, path, sources, findings);
    if (!objectives[i].metric.empty() && !seen.insert(objectives[i].metric).second) {
      findings.add(path, fmt::format("\"{}\" is an objective twice", objectives[i].metric));
    }
  }
}

void check_limits(const std::vector<std::string>& limits, const Names& sources,
                  yaml::Findings& findings) {
  std::vector<search::Limit> parsed;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    // A text that is no limit has been reported by the reader and is empty here.
    if (limits[i].empty()) continue;
    const std::string path = fmt::format("limits[{}]", i);
    const search::Limit limit = search::Limit::parse(limits[i]);
    check_metric(limit.metric, path, sources, findings);
    for (const search::Limit& other : parsed) {
      if (other.metric != limit.metric) continue;
      if (other.relation == limit.relation) {
        findings.add(path, fmt::format("\"{}\" is limited on the same side as by \"{}\": keep one",
                                       limit.metric, other.to_string()));
        continue;
      }
      const bool upper = limit.relation == search::Relation::AtMost;
      if ((upper ? limit.bound : other.bound) < (upper ? other.bound : limit.bound)) {
        findings.add(path, fmt::format("\"{}\" contradicts \"{}\": no architecture keeps both",
                                       limit.to_string(), other.to_string()));
      }
    }
    parsed.push_back(limit);
  }
}

/// The metrics of objectives and limits. A text that is no limit has been reported by the reader
/// and is empty here.
Names metrics_of(const std::vector<ObjectiveSection>& objectives,
                 const std::vector<std::string>& limits) {
  Names names;
  for (const ObjectiveSection& objective : objectives) names.push_back(objective.metric);
  for (const std::string& limit : limits) {
    if (!limit.empty()) names.push_back(search::Limit::parse(limit).metric);
  }
  return names;
}

/// A fault for each metric of `named`, which stands at `path`, that is not predicted.
void check_named(const std::map<std::string, std::string>& named, const std::string& path,
                 const Names& metrics, yaml::Findings& findings) {
  for (const auto& [metric, value] : named) {
    const std::string at = fmt::format("{}.{}", path, metric);
    if (is_free(metric)) {
      findings.add(at, "is computed from the graph, and never predicted: leave it out");
    } else if (std::ranges::find(metrics, metric) == metrics.end()) {
      findings.add(at, fmt::format("\"{}\" is no objective and has no limit ({})", metric,
                                   nearest_or_known(metric, metrics)));
    }
  }
}

}  // namespace

const std::vector<std::string>& free_metrics() {
  static const std::vector<std::string> names = {"params", "macs", "flops", "memory_bytes"};
  return names;
}

search::Problem make_problem(std::span<const ObjectiveSection> objectives,
                             std::span<const std::string> limits) {
  search::Problem problem;
  for (const ObjectiveSection& objective : objectives) {
    const auto goal =
        objective.goal == "maximize" ? search::Goal::Maximize : search::Goal::Minimize;
    problem.objectives.push_back({objective.metric, goal});
  }
  for (const std::string& limit : limits) problem.limits.push_back(search::Limit::parse(limit));
  return problem;
}

namespace detail {

void check_problem(const std::vector<ObjectiveSection>& objectives,
                   const std::vector<std::string>& limits, const Names& sources,
                   yaml::Findings& findings) {
  check_objectives(objectives, sources, findings);
  check_limits(limits, sources, findings);
  for (const std::string& metric : sources) {
    if (is_free(metric)) {
      findings.add("evaluation." + metric,
                   "is computed from the graph: give the values of this source another name");
    }
  }
}

void check_screening(const search::AlgorithmOptions& options, const std::string& path,
                     const std::vector<ObjectiveSection>& objectives,
                     const std::vector<std::string>& limits, const Names& sources,
                     yaml::Findings& findings) {
  const search::GuidanceOptions& guidance = options.guidance;
  if (guidance.screening.empty()) return;
  const std::string inside = path + ".guidance.";
  if (options.algorithm != "predictor_guided") {
    findings.add(inside + "screening",
                 fmt::format("is read by predictor_guided alone, and {} evaluates in full whatever "
                             "it asks for: choose that algorithm, or leave this out",
                             options.algorithm));
  }
  Names objective_metrics;
  for (const ObjectiveSection& objective : objectives)
    objective_metrics.push_back(objective.metric);
  Names limit_metrics;
  for (const std::string& limit : limits) {
    if (!limit.empty()) limit_metrics.push_back(search::Limit::parse(limit).metric);
  }
  for (auto& [field, what] : search::screening_faults(guidance.screening, guidance.halving,
                                                      objective_metrics, limit_metrics)) {
    // What is missing or out of range has been reported by the reader.
    const std::string at = inside + field;
    if (std::ranges::count(findings.faults(), at, &yaml::Fault::path) == 0) {
      findings.add(at, std::move(what));
    }
  }
  for (std::size_t i = 0; i < guidance.screening.size(); ++i) {
    check_given(guidance.screening[i].metric, fmt::format("{}screening[{}].metric", inside, i),
                sources, findings);
  }
}

void check_predictors(const search::AlgorithmOptions& options, const std::string& path,
                      const std::vector<ObjectiveSection>& objectives,
                      const std::vector<std::string>& limits, yaml::Findings& findings) {
  const search::GuidanceOptions& guidance = options.guidance;
  std::set<std::string> kinds;
  if (guidance.predictor.named.empty()) kinds.insert(guidance.predictor.one);
  for (const auto& [metric, kind] : guidance.predictor.named) kinds.insert(kind);
  check_named(guidance.predictor.named, path + ".guidance.predictor",
              metrics_of(objectives, limits), findings);
  kinds.erase("");  // what is no predictor has been reported by the reader
  if (guidance.heads != "shared" || kinds.empty()) return;
  if (kinds.size() > 1) {
    findings.add(path + ".guidance.heads",
                 fmt::format("shared is for metrics with one predictor, and `guidance.predictor` "
                             "names {}: name one for all, or leave this out",
                             fmt::join(kinds, " and ")));
  } else if (!predictor::predicts_jointly(*kinds.begin())) {
    findings.add(
        path + ".guidance.heads",
        fmt::format("shared is for predictors with networks that several metrics can share, "
                    "and {} has none: choose evonas, mixture or networks with "
                    "`guidance.predictor`, or leave this out",
                    *kinds.begin()));
  }
}

void check_priors(const PredictorsSection& predictors,
                  const std::vector<ObjectiveSection>& objectives,
                  const std::vector<std::string>& limits, bool shares_heads,
                  yaml::Findings& findings) {
  check_named(predictors.prior.named, "predictors.prior", metrics_of(objectives, limits), findings);
  if (shares_heads && predictors.has_prior()) {
    findings.add("predictors.prior",
                 "is of one metric, and networks that several metrics share take none: leave it "
                 "out, or set `guidance.heads` to separate");
  }
}

void check_cost(const std::optional<std::string>& cost, const Names& metrics,
                yaml::Findings& findings) {
  if (!cost || std::find(metrics.begin(), metrics.end(), *cost) != metrics.end()) return;
  const std::string known = metrics.empty() ? "none" : fmt::format("{}", fmt::join(metrics, ", "));
  findings.add("cost", fmt::format("no table or module under `evaluation` gives \"{}\" (there are: "
                                   "{}): name its source there, as for an objective",
                                   *cost, known));
}

}  // namespace detail
}  // namespace evonas::config
