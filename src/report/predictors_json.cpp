#include <algorithm>

#include "report/measurements_json.hpp"
#include "report/report_data.hpp"

namespace evonas::report {
namespace {

nlohmann::json figure_json(const PredictorBenchmark::Figure& figure) {
  return {{"mean", figure.mean},
          {"deviation",
           figure.deviation ? nlohmann::json(*figure.deviation) : nlohmann::json(nullptr)}};
}

nlohmann::json figure_json(const std::optional<PredictorBenchmark::Figure>& figure) {
  return figure ? figure_json(*figure) : nlohmann::json(nullptr);
}

nlohmann::json difference_json(const std::optional<PredictorBenchmark::Difference>& difference) {
  if (!difference) return nullptr;
  return {{"mean", difference->mean},
          {"low", difference->low},
          {"high", difference->high},
          {"p", difference->p}};
}

nlohmann::json learning_curve_json(const PredictorBenchmark::Row& row) {
  nlohmann::json points = nlohmann::json::array();
  for (const auto& [epoch, loss, held_out, tau] : row.learning_curve) {
    points.push_back({{"epoch", epoch}, {"loss", loss}, {"held_out", held_out}, {"tau", tau}});
  }
  return points;
}

nlohmann::json number_json(const std::optional<double>& number) {
  return number ? nlohmann::json(*number) : nlohmann::json(nullptr);
}

nlohmann::json predictor_row(const PredictorBenchmark::Row& row) {
  return {{"model", row.model},
          {"train", row.train},
          {"tested", row.tested},
          {"seeds", row.seeds},
          {"parameters", row.parameters},
          {"tau", figure_json(row.tau)},
          {"test_tau", figure_json(row.test_tau)},
          {"mape", figure_json(row.mape)},
          {"within10", figure_json(row.within10)},
          {"top10_tau", figure_json(row.top10_tau)},
          {"deviation_rho", figure_json(row.deviation_rho)},
          {"coverage90", figure_json(row.coverage90)},
          {"fit_seconds", row.fit_seconds},
          {"architectures_per_second", row.architectures_per_second},
          {"p_against_best", number_json(row.p_against_best)},
          {"best", row.best},
          {"difference", difference_json(row.difference)},
          {"top10_difference", difference_json(row.top10_difference)},
          {"learning_curve", learning_curve_json(row)},
          {"held", row.held},
          {"values", row.values},
          {"predicted", row.predicted}};
}

}  // namespace

nlohmann::json report_json(const PredictorBenchmark& benchmark) {
  std::vector<std::string> models;
  nlohmann::json rows = nlohmann::json::array();
  for (const PredictorBenchmark::Row& row : benchmark.rows) {
    if (std::ranges::find(models, row.model) == models.end()) models.push_back(row.model);
    rows.push_back(predictor_row(row));
  }
  nlohmann::json published = nlohmann::json::array();
  for (const auto& [label, size, tau, source] : benchmark.published) {
    published.push_back({{"label", label}, {"size", size}, {"tau", tau}, {"source", source}});
  }
  nlohmann::json places = nlohmann::json::array();
  for (const auto& [architecture, x, y, value] : benchmark.map) {
    places.push_back({{"architecture", architecture}, {"x", x}, {"y", y}, {"value", value}});
  }
  return readable({{"kind", "predictors"},
                   {"name", benchmark.name},
                   {"space", benchmark.space},
                   {"metric", {{"name", benchmark.metric.name}, {"unit", benchmark.metric.unit}}},
                   {"test_metric", benchmark.test_metric},
                   {"architectures", benchmark.architectures},
                   {"split", benchmark.split},
                   {"models", models},
                   {"against", benchmark.against},
                   {"ceiling", number_json(benchmark.ceiling)},
                   {"top10_ceiling", number_json(benchmark.top10_ceiling)},
                   {"labels_test_tau", number_json(benchmark.labels_test_tau)},
                   {"levels", benchmark.levels},
                   {"rows", std::move(rows)},
                   {"published", std::move(published)},
                   {"map",
                    {{"source", benchmark.map_source},
                     {"shares", benchmark.map_shares},
                     {"places", std::move(places)}}},
                   {"host", benchmark.host},
                   {"configuration", benchmark.configuration}});
}

}  // namespace evonas::report
