#include "cli/run/predictor_comparison.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json.hpp"
#include "base/key.hpp"
#include "base/parallel.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/baselines.hpp"
#include "cli/run/host.hpp"
#include "predictor/fit_effort.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResultsFile = "results.json";
constexpr std::size_t kPointsOfFit = 1000;  // for the chart of predicted and true values
constexpr std::size_t kCurveSample = 1000;  // architectures that tell the tau of a curve

/// The same for the same architectures and values in the same order, wherever the table lies.
Key key_of(const predictor::BenchmarkData& data) {
  KeyStream stream;
  for (const spaces::Genotype& genotype : data.genotypes) stream.add(genotype.genes());
  stream.add(std::span<const double>(data.values));
  stream.add(std::span<const double>(data.test_values));
  stream.add(std::span<const double>(data.noises));
  return stream.key();
}

predictor::BenchmarkPlan plan_of(const config::PredictorExperiment& experiment,
                                 const ComparisonData& compared, bool keeps_points) {
  const predictor::BenchmarkData& data = compared.data;
  predictor::BenchmarkPlan plan{.models = {},
                                .against = experiment.against,
                                .train = {experiment.train.begin(), experiment.train.end()},
                                .seeds = static_cast<std::size_t>(experiment.seeds),
                                .test_values = !data.test_values.empty(),
                                .points = keeps_points ? kPointsOfFit : 0,
                                .groups = compared.groups};
  plan.conditions["data"] = key_of(data).hex();
  plan.conditions["metric"] = compared.metric.name;
  plan.conditions["test_metric"] = experiment.test_metric;
  plan.conditions["refresh"] = fmt::format("{}", experiment.refresh);
  plan.conditions["test"] = fmt::format("{}", experiment.test);
  plan.conditions["split"] = experiment.split;
  plan.conditions["noise"] = fmt::format("{}", experiment.noise);
  plan.conditions["evonas"] = EVONAS_VERSION;
  if (experiment.curve) plan.conditions["curve"] = "true";
  if (!experiment.devices.empty()) {
    plan.conditions["devices"] = fmt::format("{}", fmt::join(experiment.devices, ","));
  }
  if (!experiment.hardware.empty()) {
    plan.conditions["hardware"] = Key::of(read_whole(experiment.hardware)).hex();
  }
  if (!experiment.alike.empty()) {
    plan.conditions["alike"] = fmt::format("{}", fmt::join(experiment.alike, ","));
  }
  for (const config::PredictorEntry& entry : experiment.entries()) {
    plan.models.push_back(entry.name);
    auto own = conditions_of(entry.recipe);
    if (entry.name != entry.model) own["model"] = entry.model;
    plan.own_conditions[entry.name] = std::move(own);
  }
  return plan;
}

}  // namespace

predictor::BenchmarkColumns columns_of(const config::PredictorExperiment& experiment) {
  return {.test_values = !experiment.test_metric.empty(),
          .errors = !experiment.latency.empty() || !experiment.devices.empty(),
          .refresh = experiment.refresh > 0,
          .compared = false};
}

PredictorComparison::PredictorComparison(config::PredictorExperiment experiment, fs::path folder)
    : experiment_(std::move(experiment)),
      folder_(std::move(folder)),
      compared_(load_comparison_data(experiment_)),
      results_(plan_of(experiment_, compared_, /*keeps_points=*/!folder_.empty())),
      baselines_(baselines_of(experiment_, compared_)) {
  const fs::path file = folder_ / kResultsFile;
  if (!folder_.empty() && fs::exists(file)) {
    try {
      restored_ = results_.restore(nlohmann::json::parse(read_whole(file)));
    } catch (const nlohmann::json::exception& error) {
      throw FileError(
          fmt::format("{} is not what a comparison of predictors writes ({}): give another folder",
                      file.string(), error.what()));
    }
  }
}

std::vector<predictor::BenchmarkRow> PredictorComparison::baselines() const {
  std::vector<predictor::BenchmarkRow> rows;
  for (const std::string& name : baselines_.plan().models) {
    for (const std::size_t train : baselines_.plan().train) {
      rows.push_back(baselines_.row(name, train));
    }
  }
  return rows;
}

double PredictorComparison::expected_seconds(const Row& row) const {
  const auto expected = [&](std::size_t train) {
    return predictor::expected_fit_seconds(row.entry.model, train,
                                           row.entry.recipe.networks.fitting.epochs);
  };
  double taken = 0.0;
  double expected_of_these = 0.0;
  for (const std::int64_t train : experiment_.train) {
    const auto known = results_.row(row.entry.name, static_cast<std::size_t>(train));
    for (const predictor::BenchmarkFit& fit : known.fits) taken += fit.fit_seconds;
    expected_of_these += static_cast<double>(known.fits.size()) * expected(known.train);
  }
  const double ratio = expected_of_these > 0.0 ? taken / expected_of_these : 1.0;
  return ratio * expected(row.train);
}

std::vector<PredictorComparison::Row> PredictorComparison::missing_rows() const {
  std::vector<std::pair<double, Row>> timed;
  for (const config::PredictorEntry& entry : experiment_.entries()) {
    for (const std::int64_t labels : experiment_.train) {
      Row row{entry, static_cast<std::size_t>(labels)};
      if (results_.missing(entry.name, row.train).empty()) continue;
      const double seconds = expected_seconds(row);
      timed.emplace_back(seconds, std::move(row));
    }
  }
  std::ranges::stable_sort(timed, {}, &std::pair<double, Row>::first);
  std::vector<Row> rows;
  for (auto& [seconds, row] : timed) rows.push_back(std::move(row));
  return rows;
}

void PredictorComparison::fit_row(const Row& row, std::span<const Row> later,
                                  const PredictorSource& source,
                                  const std::function<void(double)>& on_progress,
                                  const std::stop_token& stop) {
  const std::string& name = row.entry.name;
  const std::vector<std::uint64_t> seeds = results_.missing(name, row.train);
  std::mutex mutex;
  std::vector<double> shares(seeds.size(), 0.0);
  const double each = expected_seconds(row);
  double after = 0.0;  // seconds of the rows that follow
  for (const Row& other : later) {
    const auto fits = static_cast<double>(results_.missing(other.entry.name, other.train).size());
    after += fits * expected_seconds(other);
  }
  const auto set_share = [&](std::size_t i, double share) {
    shares[i] = share;
    const double done = fit_seconds_ + each * std::accumulate(shares.begin(), shares.end(), 0.0);
    const double all = fit_seconds_ + each * static_cast<double>(seeds.size()) + after;
    on_progress(all > 0.0 ? done / all : 1.0);
  };
  const predictor::BenchmarkSize size{.train = row.train,
                                      .refresh = static_cast<std::size_t>(experiment_.refresh),
                                      .test = static_cast<std::size_t>(experiment_.test),
                                      .points = results_.plan().points,
                                      .curve = experiment_.curve ? kCurveSample : 0};
  const predictor::Split split = split_of(experiment_);
  double taken = 0.0;
  parallel_for(seeds.size(), [&](std::size_t i) {
    if (stop.stop_requested()) return;
    predictor::FitControl control{.seed = seeds[i], .stop = stop};
    control.progress = [&, i](double share) {
      const std::scoped_lock lock(mutex);
      set_share(i, share);
    };
    predictor::BenchmarkSize own = size;
    if (!results_.plan().has_points(row.train, seeds[i])) own.points = 0;
    const auto fitted = source.make(row.entry.model);
    predictor::BenchmarkFit fit =
        predictor::benchmark_fit(*fitted, compared_.data, own, split, control);
    const std::scoped_lock lock(mutex);
    taken += fit.fit_seconds;
    results_.add(name, row.train, seeds[i], std::move(fit));
    if (!folder_.empty()) save();
    set_share(i, 1.0);
  });
  fit_seconds_ += taken;
}

nlohmann::json PredictorComparison::json() const {
  nlohmann::json json = results_.to_json();
  json["baselines"] = baselines_.to_json().at("results");
  json["title"] = experiment_.title;
  json["space"] = space().name();
  json["table"] = experiment_.table;
  json["latency"] = experiment_.latency;
  json["metric"] = compared_.metric.name;
  json["test_metric"] = experiment_.test_metric;
  json["split"] = experiment_.split;
  json["noise"] = experiment_.noise;
  json["against"] = experiment_.against;
  json["noise_ceiling"] = nullptr;
  if (const auto& ceiling = compared_.ceiling) {
    json["noise_ceiling"] = {{"tau", ceiling->tau}, {"tau_top10", ceiling->top10_tau}};
  }
  if (compared_.labels_test_tau) json["labels_test_tau"] = *compared_.labels_test_tau;
  json["architectures"] = compared_.data.genotypes.size();
  json["host"] = describe_host();
  return json;
}

void PredictorComparison::save() const {
  fs::create_directories(folder_);
  write_atomically(folder_ / "experiment.yaml", yaml::to_yaml(experiment_));
  write_atomically(folder_ / kResultsFile, json().dump() + "\n");
}

std::string PredictorComparison::markdown_notes() const {
  std::string text;
  if (const auto& ceiling = compared_.ceiling) {
    text += fmt::format(
        "\nNoise ceiling: a perfect predictor has a tau of {:.3f} with these labels, {:.2f} among "
        "the best 10 %.\n",
        ceiling->tau, ceiling->top10_tau);
  }
  if (compared_.labels_test_tau) {
    text += fmt::format("\nThe labels themselves have a tau of {:.3f} with the test values.\n",
                        *compared_.labels_test_tau);
  }
  if (!experiment_.against.empty()) {
    text += "\n" + predictor::markdown_differences(results_.rows(), experiment_.against);
  }
  return text;
}

void PredictorComparison::save_report(const PredictorSources& sources) const {
  predictor::BenchmarkColumns columns = columns_of(experiment_);
  columns.compared = experiment_.models.size() > 1;
  std::string markdown = predictor::markdown_head(columns);
  for (const predictor::BenchmarkRow& row : results_.rows()) {
    markdown += predictor::markdown_row(row, columns);
  }
  for (const predictor::BenchmarkRow& row : baselines()) {
    markdown += predictor::markdown_row(row, columns);
  }
  markdown += markdown_notes();
  if (!compared_.groups.empty()) {
    markdown += "\n" + predictor::markdown_groups(results_.rows(), compared_.groups);
  }
  write_atomically(folder_ / "results.md", markdown);
  write_atomically(folder_ / "report.html",
                   report::report_html(report::report_json(page(sources))));
}

}  // namespace evonas::cli
