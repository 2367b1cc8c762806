#include "predictor/benchmark_fit_json.hpp"

#include <cmath>
#include <limits>

#include "base/json.hpp"

namespace evonas::predictor {
namespace {

struct FitNumber {
  const char* name;
  double BenchmarkFit::*member;
};
constexpr FitNumber kFitNumbers[] = {{"tau", &BenchmarkFit::tau},
                                     {"test_tau", &BenchmarkFit::test_tau},
                                     {"top10_tau", &BenchmarkFit::top10_tau},
                                     {"deviation_rho", &BenchmarkFit::deviation_rho},
                                     {"coverage90", &BenchmarkFit::coverage90},
                                     {"fit_seconds", &BenchmarkFit::fit_seconds},
                                     {"refresh_seconds", &BenchmarkFit::refresh_seconds},
                                     {"predict_seconds", &BenchmarkFit::predict_seconds}};

/// Files may lack these.
constexpr FitNumber kLaterNumbers[] = {{"rho", &BenchmarkFit::rho},
                                       {"mape", &BenchmarkFit::mape},
                                       {"within10", &BenchmarkFit::within10}};

nlohmann::json group_json(const BenchmarkGroup& group) {
  return {{"group", group.group},
          {"tested", group.tested},
          {"tau", group.tau},
          {"mape", group.mape},
          {"within10", group.within10}};
}

/// JSON has null for what is no finite number.
nlohmann::json number_json(double number) {
  return std::isfinite(number) ? nlohmann::json(number) : nlohmann::json();
}
double number_of(const nlohmann::json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

BenchmarkGroup group_from(const nlohmann::json& json) {
  return {.group = json.at("group").get<std::size_t>(),
          .tested = json.at("tested").get<std::size_t>(),
          .tau = number_of(json.at("tau")),
          .mape = number_of(json.at("mape")),
          .within10 = number_of(json.at("within10"))};
}

}  // namespace

nlohmann::json curve_json(std::span<const LearningPoint> curve) {
  nlohmann::json json = nlohmann::json::array();
  for (const LearningPoint& point : curve) {
    json.push_back({{"epoch", point.epoch},
                    {"loss", number_json(point.loss)},
                    {"held_out", number_json(point.held_out)},
                    {"tau", number_json(point.tau)}});
  }
  return json;
}

std::vector<LearningPoint> curve_from(const nlohmann::json& json) {
  std::vector<LearningPoint> curve;
  for (const nlohmann::json& point : json) {
    curve.push_back({.epoch = point.at("epoch").get<std::int64_t>(),
                     .loss = number_of(point.at("loss")),
                     .held_out = number_of(point.at("held_out")),
                     .tau = number_of(point.at("tau"))});
  }
  return curve;
}

nlohmann::json fit_json(std::uint64_t seed, const BenchmarkFit& fit) {
  nlohmann::json json = {
      {"seed", seed}, {"parameters", fit.parameters}, {"tested", fit.tested}, {"held", fit.held}};
  for (const auto& [name, member] : kFitNumbers) json[name] = fit.*member;
  for (const auto& [name, member] : kLaterNumbers) json[name] = fit.*member;
  for (const BenchmarkGroup& group : fit.groups) json["groups"].push_back(group_json(group));
  if (!fit.curve.empty()) json["learning_curve"] = curve_json(fit.curve);
  if (fit.points.empty()) return json;
  for (const BenchmarkPoint& point : fit.points) {
    json["values"].push_back(point.value);
    json["predicted"].push_back(point.predicted);
  }
  return json;
}

BenchmarkFit fit_from(const nlohmann::json& json) {
  BenchmarkFit fit;
  for (const auto& [name, member] : kFitNumbers) fit.*member = number_of(json.at(name));
  for (const auto& [name, member] : kLaterNumbers) {
    fit.*member = number_of(json.value(name, nlohmann::json()));
  }
  for (const nlohmann::json& group : json.value("groups", nlohmann::json::array())) {
    fit.groups.push_back(group_from(group));
  }
  json.at("parameters").get_to(fit.parameters);
  json.at("tested").get_to(fit.tested);
  json.at("held").get_to(fit.held);
  fit.curve = curve_from(json.value("learning_curve", nlohmann::json::array()));
  if (!json.contains("values")) return fit;
  const nlohmann::json& values = json.at("values");
  for (std::size_t i = 0; i < values.size(); ++i) {
    fit.points.push_back({number_of(values.at(i)), number_of(json.at("predicted").at(i))});
  }
  return fit;
}

}  // namespace evonas::predictor
