#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "graph/drawing.hpp"
#include "report/columns.hpp"
#include "report/curves.hpp"
#include "report/forecasts.hpp"
#include "report/gene_importance.hpp"
#include "report/lineage.hpp"
#include "report/measurements_json.hpp"
#include "report/operators.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
namespace {

/// Enough for any front that a person looks through; each takes a run of `dot`.
constexpr std::size_t kPictures = 60;
/// Generations that a person follows in pictures; a longer line is a table.
constexpr std::size_t kPicturedLine = 8;

nlohmann::json objectives_json(const Run& run) {
  nlohmann::json objectives = nlohmann::json::array();
  for (const search::Objective& objective : run.problem.objectives) {
    objectives.push_back({{"metric", objective.metric},
                          {"name", objective.metric},
                          {"unit", unit_of(run, objective.metric)},
                          {"goal", to_string(objective.goal)}});
  }
  return objectives;
}

nlohmann::json limits_json(const Run& run) {
  nlohmann::json limits = nlohmann::json::array();
  for (const search::Limit& limit : run.problem.limits) {
    limits.push_back({{"metric", limit.metric},
                      {"relation", limit.relation == search::Relation::AtMost ? "<=" : ">="},
                      {"bound", limit.bound},
                      {"unit", unit_of(run, limit.metric)},
                      {"text", limit.to_string()}});
  }
  return limits;
}

/// Parents by their place among the evaluations.
nlohmann::json origin_json(const Run& run, const search::Origin& origin) {
  const std::vector<search::EvaluationRecord>& evaluations = run.summary.evaluations;
  nlohmann::json parents = nlohmann::json::array();
  for (const auto& parent : {origin.parent, origin.other_parent}) {
    if (!parent) continue;
    const auto found =
        std::ranges::lower_bound(evaluations, *parent, {}, &search::EvaluationRecord::index);
    if (found == evaluations.end() || found->index != *parent) continue;
    parents.push_back(found - evaluations.begin());
  }
  return {{"operator", to_string(origin.how)},
          {"parents", std::move(parents)},
          {"generations", origin.generations}};
}

nlohmann::json evaluations_json(const Run& run) {
  const std::set<std::size_t> front(run.summary.front.begin(), run.summary.front.end());
  nlohmann::json evaluations = nlohmann::json::array();
  for (std::size_t i = 0; i < run.summary.evaluations.size(); ++i) {
    const search::EvaluationRecord& record = run.summary.evaluations[i];
    nlohmann::json evaluation = {
        {"index", i},
        {"generation", record.generation},
        {"architecture", record.architecture},
        {"key", record.key.hex()},
        {"feasible", record.ok() && run.problem.violation(record.metrics) <= 0.0},
        {"on_front", front.count(i) > 0},
        {"seconds", record.seconds}};
    add_measurements(evaluation, record.metrics);
    if (!record.forecast.empty()) {
      evaluation["forecast"] = nlohmann::json::object();
      add_measurements(evaluation["forecast"], record.forecast);
    }
    if (record.origin) evaluation["origin"] = origin_json(run, *record.origin);
    if (!record.ok()) evaluation["failure"] = record.failure;
    evaluations.push_back(std::move(evaluation));
  }
  return evaluations;
}

nlohmann::json curve_json(const Curve& curve) {
  nlohmann::json points = nlohmann::json::array();
  for (const CurvePoint& point : curve) {
    points.push_back({{"evaluations", point.evaluations}, {"value", point.value}});
  }
  return points;
}

/// The picture of one cell; null where it cannot be drawn, because a report without it is better
/// than none.
nlohmann::json picture(const Run& run, const search::EvaluationRecord& record) {
  try {
    const auto found = run.node_weights.find(record.key.hex());
    return graph::to_svg(
        run.space.cell(record.genotype),
        {.shapes = false,
         .weights = found == run.node_weights.end() ? std::vector<double>{} : found->second});
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

nlohmann::json cells_json(const Run& run) {
  const bool drawn = graph::graphviz_available();
  nlohmann::json cells = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(run.summary.front.size(), kPictures); ++i) {
    const search::EvaluationRecord& record = run.summary.evaluations.at(run.summary.front[i]);
    cells.push_back({{"key", record.key.hex()}, {"svg", drawn ? picture(run, record) : nullptr}});
  }
  return cells;
}

nlohmann::json lineage_json(const Run& run) {
  const std::vector<Ancestor> ancestors = lineage(run);
  const bool drawn =
      ancestors.size() > 1 && ancestors.size() <= kPicturedLine && graph::graphviz_available();
  nlohmann::json line = nlohmann::json::array();
  for (const auto& [position, changes] : ancestors) {
    const search::EvaluationRecord& record = run.summary.evaluations.at(position);
    nlohmann::json changed = nlohmann::json::array();
    for (const GeneChange& change : changes) {
      changed.push_back({{"gene", change.gene}, {"from", change.from}, {"to", change.to}});
    }
    line.push_back({{"index", position},
                    {"changes", std::move(changed)},
                    {"svg", drawn ? picture(run, record) : nullptr}});
  }
  return line;
}

nlohmann::json forecasts_json(const Run& run) {
  nlohmann::json forecasts = nlohmann::json::array();
  for (const ForecastQuality& quality : forecast_quality(run)) {
    forecasts.push_back({{"metric", quality.metric},
                         {"count", quality.count},
                         {"kendall_tau", quality.kendall_tau},
                         {"covered", quality.covered},
                         {"running_tau", curve_json(quality.running_tau)}});
  }
  return forecasts;
}

nlohmann::json operators_json(const Run& run) {
  nlohmann::json operators = nlohmann::json::array();
  for (const OperatorTally& tally : operator_tallies(run)) {
    operators.push_back({{"operator", to_string(tally.how)},
                         {"evaluated", tally.evaluated},
                         {"feasible", tally.feasible},
                         {"on_front", tally.on_front},
                         {"improved", tally.improved}});
  }
  return operators;
}

nlohmann::json gene_importance_json(const Run& run) {
  nlohmann::json importances = nlohmann::json::array();
  for (const GeneImportance& importance : gene_importance(run)) {
    nlohmann::json genes = nlohmann::json::array();
    for (std::size_t i = 0; i < importance.genes.size(); ++i) {
      genes.push_back({{"name", importance.genes[i]}, {"share", importance.shares[i]}});
    }
    nlohmann::json json = {{"metric", importance.metric},
                           {"evaluations", nullptr},
                           {"explained", nullptr},
                           {"genes", std::move(genes)}};
    if (importance.evaluations) json["evaluations"] = *importance.evaluations;
    if (importance.explained) json["explained"] = *importance.explained;
    importances.push_back(std::move(json));
  }
  return importances;
}

nlohmann::json predicted_front_json(const Run& run) {
  nlohmann::json front = nlohmann::json::array();
  for (const search::PredictedArchitecture& member : run.summary.predicted_front) {
    nlohmann::json metrics = nlohmann::json::object();
    nlohmann::json intervals = nlohmann::json::object();
    for (const auto& [name, value] : member.metrics) {
      metrics[name] = value.value;
      if (value.low && value.high) intervals[name] = {*value.low, *value.high};
    }
    front.push_back({{"architecture", member.architecture},
                     {"metrics", std::move(metrics)},
                     {"intervals", std::move(intervals)}});
  }
  return front;
}

nlohmann::json run_json(const Run& run) {
  nlohmann::json metrics = nlohmann::json::array();
  for (const std::string& name : metric_columns(run)) {
    metrics.push_back({{"name", name}, {"unit", unit_of(run, name)}});
  }
  nlohmann::json units = nlohmann::json::object();
  for (const auto& [name, metric] : run.metrics) units[name] = metric.unit;
  return {{"name", run.name},
          {"space", run.space.name()},
          {"message", run.summary.message},
          {"objectives", objectives_json(run)},
          {"limits", limits_json(run)},
          {"metrics", std::move(metrics)},
          {"units", std::move(units)},
          {"summary", summary_json(run)},
          {"evaluations", evaluations_json(run)},
          {"best_so_far", curve_json(best_so_far(run))},
          {"hypervolume", curve_json(recorded_hypervolume(run))},
          {"forecasts", forecasts_json(run)},
          {"operators", operators_json(run)},
          {"cells", nlohmann::json::array()},
          {"lineage", nlohmann::json::array()},
          {"gene_importance", nlohmann::json::array()},
          {"predicted_front", nlohmann::json::array()},
          {"host", run.host},
          {"configuration", run.configuration}};
}

std::string objectives_text(const search::Problem& problem) {
  std::string text;
  for (const search::Objective& objective : problem.objectives) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(objective.goal),
                        objective.metric);
  }
  return text;
}

void check_objectives(std::span<const Run> runs) {
  for (const Run& run : runs) {
    if (run.problem.objectives.empty()) {
      throw ReportError(fmt::format("the run '{}' has no objective; give it one", run.name));
    }
    const std::string expected = objectives_text(runs.front().problem);
    const std::string given = objectives_text(run.problem);
    if (given != expected) {
      throw ReportError(fmt::format(
          "the runs '{}' ({}) and '{}' ({}) have different objectives and cannot be compared; "
          "report them one by one",
          runs.front().name, expected, run.name, given));
    }
  }
}

}  // namespace

nlohmann::json report_json(const Run& run) {
  nlohmann::json data = report_json(std::span<const Run>(&run, 1));
  data["runs"][0]["cells"] = cells_json(run);
  data["runs"][0]["lineage"] = readable(lineage_json(run));
  data["runs"][0]["gene_importance"] = readable(gene_importance_json(run));
  data["runs"][0]["predicted_front"] = readable(predicted_front_json(run));
  return data;
}

nlohmann::json report_json(std::span<const Run> runs) {
  if (runs.empty())
    throw ReportError("no run was given to report on; name at least one run folder");
  check_objectives(runs);
  const std::vector<double> reference = common_reference(runs);
  nlohmann::json data = {
      {"kind", "search"}, {"reference_point", reference}, {"runs", nlohmann::json::array()}};
  for (const Run& run : runs) {
    nlohmann::json entry = run_json(run);
    if (runs.size() > 1) entry["hypervolume"] = curve_json(hypervolume_from(run, reference));
    data["runs"].push_back(std::move(entry));
  }
  return readable(data);
}

}  // namespace evonas::report
