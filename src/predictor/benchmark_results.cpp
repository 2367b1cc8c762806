#include "predictor/benchmark_results.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json.hpp"
#include "base/statistics.hpp"
#include "predictor/benchmark_comparison.hpp"
#include "predictor/benchmark_fit_json.hpp"

namespace evonas::predictor {
namespace {

nlohmann::json plain_row(const std::string& model, std::size_t train,
                         const std::map<std::string, std::string>& conditions) {
  return {{"model", model},
          {"train", train},
          {"conditions", conditions},
          {"fits", nlohmann::json::array()}};
}

nlohmann::json difference_json(const PairedDifference& difference) {
  return {{"mean", difference.mean},
          {"low", difference.low},
          {"high", difference.high},
          {"p", difference.p}};
}

nlohmann::json row_json(const BenchmarkRow& row, const BenchmarkPlan& plan) {
  nlohmann::json json = plain_row(row.model, row.train, plan.conditions_of(row.model));
  for (std::size_t i = 0; i < row.fits.size(); ++i) {
    json["fits"].push_back(fit_json(row.seeds[i], row.fits[i]));
  }
  const BenchmarkFit& first = row.fits.front();
  json["seeds"] = row.fits.size();
  json["tested"] = first.tested;
  json["parameters"] = first.parameters;
  const auto add = [&](const std::string& name, double BenchmarkFit::*member) {
    const BenchmarkFigure figure = figure_of(row.fits, member);
    json[name + "_mean"] = figure.mean;
    json[name + "_std"] =
        figure.deviation ? nlohmann::json(*figure.deviation) : nlohmann::json(nullptr);
  };
  add("tau", &BenchmarkFit::tau);
  add("rho", &BenchmarkFit::rho);
  if (plan.test_values) add("test_tau", &BenchmarkFit::test_tau);
  add("mape", &BenchmarkFit::mape);
  add("within10", &BenchmarkFit::within10);
  for (std::size_t group = 0; group < plan.groups.size(); ++group) {
    const auto figures = figures_of_group(row, group);
    if (!figures) continue;
    json["groups"][plan.groups[group]] = {{"tested", figures->tested},
                                          {"tau", figures->tau},
                                          {"mape", figures->mape},
                                          {"within10", figures->within10}};
  }
  add("tau_top10", &BenchmarkFit::top10_tau);
  add("deviation_rho", &BenchmarkFit::deviation_rho);
  add("coverage90", &BenchmarkFit::coverage90);
  json["fit_seconds"] = figure_of(row.fits, &BenchmarkFit::fit_seconds).mean;
  json["refresh_seconds"] = figure_of(row.fits, &BenchmarkFit::refresh_seconds).mean;
  json["architectures_per_second"] =
      static_cast<double>(first.tested) / figure_of(row.fits, &BenchmarkFit::predict_seconds).mean;
  json["p_against_best"] =
      row.p_against_best ? nlohmann::json(*row.p_against_best) : nlohmann::json(nullptr);
  if (row.against) {
    json["against"] = {{"model", plan.against},
                       {"tau", difference_json(row.against->tau)},
                       {"tau_top10", difference_json(row.against->top10_tau)}};
  }
  return json;
}

/// Names of what `b` lacks or has otherwise.
void add_differences(const BenchmarkPlan::Conditions& a, const BenchmarkPlan::Conditions& b,
                     std::set<std::string>& names) {
  for (const auto& [name, value] : a) {
    const auto found = b.find(name);
    if (found == b.end() || found->second != value) names.insert(name);
  }
}

}  // namespace

BenchmarkFigure figure_of(std::span<const BenchmarkFit> fits, double BenchmarkFit::*figure) {
  std::vector<double> values;
  for (const BenchmarkFit& fit : fits) values.push_back(fit.*figure);
  const double mean = mean_of(values);
  if (values.size() < 2) return {.mean = mean, .deviation = {}};
  return {.mean = mean, .deviation = deviation_of(values, mean)};
}

std::optional<BenchmarkGroup> figures_of_group(const BenchmarkRow& row, std::size_t group) {
  BenchmarkGroup sum{.group = group};
  double count = 0.0;
  for (const BenchmarkFit& fit : row.fits) {
    const auto found = std::ranges::find(fit.groups, group, &BenchmarkGroup::group);
    if (found == fit.groups.end()) continue;
    count += 1.0;
    sum.tested = found->tested;
    sum.tau += found->tau;
    sum.mape += found->mape;
    sum.within10 += found->within10;
  }
  if (count == 0.0) return std::nullopt;
  sum.tau /= count;
  sum.mape /= count;
  sum.within10 /= count;
  return sum;
}

BenchmarkPlan::Conditions BenchmarkPlan::conditions_of(const std::string& model) const {
  Conditions result = conditions;
  if (const auto own = own_conditions.find(model); own != own_conditions.end()) {
    for (const auto& [name, value] : own->second) result[name] = value;
  }
  return result;
}

bool BenchmarkPlan::has_points(std::size_t labels, std::uint64_t seed) const {
  return points > 0 && seed == 1 && labels == *std::ranges::max_element(train);
}

bool BenchmarkResults::asked_for(const Id& id) const {
  return id.conditions == plan_.conditions_of(id.model) && id.seed >= 1 && id.seed <= plan_.seeds &&
         std::ranges::find(plan_.models, id.model) != plan_.models.end() &&
         std::ranges::find(plan_.train, id.train) != plan_.train.end();
}

BenchmarkResults::Restored BenchmarkResults::restore(const nlohmann::json& json) {
  Restored restored;
  std::set<std::string> differences;
  for (const char* list : {"results", "unused"}) {
    for (const nlohmann::json& row : json.at(list)) {
      Id id;
      row.at("conditions").get_to(id.conditions);
      row.at("model").get_to(id.model);
      row.at("train").get_to(id.train);
      const bool is_compared = std::ranges::find(plan_.models, id.model) != plan_.models.end();
      const BenchmarkPlan::Conditions wanted = plan_.conditions_of(id.model);
      for (const nlohmann::json& fit : row.at("fits")) {
        fit.at("seed").get_to(id.seed);
        fits_.insert_or_assign(id, fit_from(fit));
        if (is_compared && id.conditions != wanted) ++restored.other;
      }
      if (!is_compared) continue;
      add_differences(wanted, id.conditions, differences);
      add_differences(id.conditions, wanted, differences);
    }
  }
  for (const std::string& model : plan_.models) {
    for (const std::size_t train : plan_.train) {
      restored.reused += plan_.seeds - missing(model, train).size();
    }
  }
  restored.differences.assign(differences.begin(), differences.end());
  return restored;
}

std::vector<std::uint64_t> BenchmarkResults::missing(const std::string& model,
                                                     std::size_t train) const {
  const BenchmarkPlan::Conditions wanted = plan_.conditions_of(model);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= plan_.seeds; ++seed) {
    const auto found = fits_.find({wanted, model, train, seed});
    if (found == fits_.end() || (plan_.has_points(train, seed) && found->second.points.empty())) {
      seeds.push_back(seed);
    }
  }
  return seeds;
}

void BenchmarkResults::add(const std::string& model, std::size_t train, std::uint64_t seed,
                           BenchmarkFit fit) {
  fits_.insert_or_assign({plan_.conditions_of(model), model, train, seed}, std::move(fit));
}

BenchmarkRow BenchmarkResults::row(const std::string& model, std::size_t train) const {
  const BenchmarkPlan::Conditions wanted = plan_.conditions_of(model);
  BenchmarkRow row{.model = model, .train = train};
  for (std::uint64_t seed = 1; seed <= plan_.seeds; ++seed) {
    const auto found = fits_.find({wanted, model, train, seed});
    if (found == fits_.end()) continue;
    row.seeds.push_back(seed);
    row.fits.push_back(found->second);
  }
  return row;
}

std::vector<BenchmarkRow> BenchmarkResults::rows() const {
  std::vector<BenchmarkRow> rows;
  for (const std::string& model : plan_.models) {
    for (const std::size_t train : plan_.train) {
      BenchmarkRow known = row(model, train);
      if (!known.fits.empty()) rows.push_back(std::move(known));
    }
  }
  compare_rows(rows, plan_);
  return rows;
}

nlohmann::json BenchmarkResults::to_json() const {
  nlohmann::json results = nlohmann::json::array();
  for (const BenchmarkRow& row : rows()) results.push_back(row_json(row, plan_));
  nlohmann::json unused = nlohmann::json::array();
  const Id* last = nullptr;
  for (const auto& [id, fit] : fits_) {
    if (asked_for(id)) continue;
    const bool same = last != nullptr && last->conditions == id.conditions &&
                      last->model == id.model && last->train == id.train;
    if (!same) unused.push_back(plain_row(id.model, id.train, id.conditions));
    unused.back()["fits"].push_back(fit_json(id.seed, fit));
    last = &id;
  }
  return {{"results", std::move(results)}, {"unused", std::move(unused)}};
}

}  // namespace evonas::predictor
