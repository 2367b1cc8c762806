#include "report/columns.hpp"
#include "report/forecasts.hpp"
#include "report/measurements_json.hpp"
#include "report/report_data.hpp"
#include "report/screenings.hpp"

namespace evonas::report {
namespace {

nlohmann::json network_json(const search::EvaluationRecord& record) {
  nlohmann::json json = {{"architecture", record.architecture}, {"key", record.key.hex()}};
  add_measurements(json, record.metrics);
  return json;
}

}  // namespace

void add_measurements(nlohmann::json& json, const Measurements& measurements) {
  nlohmann::json metrics = nlohmann::json::object();
  nlohmann::json intervals = nlohmann::json::object();
  for (const auto& [name, measurement] : measurements) {
    metrics[name] = measurement.value;
    if (measurement.low && measurement.high) {
      intervals[name] = nlohmann::json::array({*measurement.low, *measurement.high});
    }
  }
  json["metrics"] = std::move(metrics);
  json["intervals"] = std::move(intervals);
}

nlohmann::json readable(const nlohmann::json& json) {
  return nlohmann::json::parse(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

nlohmann::json summary_json(const Run& run) {
  const search::SearchSummary& summary = run.summary;
  nlohmann::json front = nlohmann::json::array();
  for (const std::size_t position : summary.front) {
    front.push_back(network_json(summary.evaluations.at(position)));
  }
  nlohmann::json json = {{"status", status(summary.termination)},
                         {"termination", search::to_string(summary.termination)},
                         {"seed", summary.seed},
                         {"evaluations", summary.evaluations.size()},
                         {"failures", summary.failures},
                         {"seconds", summary.seconds},
                         {"best", nullptr},
                         {"front", std::move(front)},
                         {"hypervolume", summary.hypervolume},
                         {"reference_point", summary.reference_point}};
  if (summary.times) json["times"] = search::to_json(*summary.times);
  if (const auto tally = screening_tally(run)) {
    json["screenings"] = {{"count", tally->screenings},
                          {"failures", tally->failures},
                          {"architectures", tally->architectures},
                          {"left_out", tally->left_out},
                          {"seconds", tally->seconds},
                          {"seconds_saved", tally->seconds_saved}};
  }
  if (summary.best) json["best"] = network_json(summary.evaluations.at(*summary.best));
  if (run.optimum) {
    json["optimum"] = {{"architecture", run.optimum->architecture},
                       {"value", run.optimum->value},
                       {"distance", nullptr}};
    if (const auto distance = distance_from_optimum(run)) json["optimum"]["distance"] = *distance;
  }
  for (const ForecastQuality& quality : forecast_quality(run)) {
    json["forecasts"][quality.metric] = {{"count", quality.count},
                                         {"kendall_tau", quality.kendall_tau},
                                         {"covered", quality.covered}};
  }
  if (summary.final) {
    nlohmann::json final = {{"architecture", summary.final->architecture},
                            {"seconds", summary.final->seconds}};
    add_measurements(final, summary.final->metrics);
    final["rejected"] = nlohmann::json::array();
    for (const search::FinalNetwork& network : summary.final->rejected) {
      nlohmann::json rejected = {{"architecture", network.architecture}};
      add_measurements(rejected, network.metrics);
      final["rejected"].push_back(std::move(rejected));
    }
    json["final"] = std::move(final);
  }
  return readable(json);
}

}  // namespace evonas::report
