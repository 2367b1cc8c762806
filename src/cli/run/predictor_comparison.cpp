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
#include "cli/run/host.hpp"
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

/// How networks learn, where that is not as their recipes say.
void add_fitting(const predictor::FittingOptions& fitting,
                 std::map<std::string, std::string>& conditions) {
  const auto add = [&](const char* name, const auto& value) {
    if (value) conditions[name] = fmt::format("{}", *value);
  };
  if (!fitting.losses.empty()) conditions["losses"] = fitting.losses;
  add("average", fitting.average);
  add("validation", fitting.validation);
  add("patience", fitting.patience);
  add("twin", fitting.twin);
  add("consistency", fitting.consistency);
}

predictor::BenchmarkPlan plan_of(const config::PredictorExperiment& experiment,
                                 const ComparisonData& compared, bool keeps_points) {
  const predictor::BenchmarkData& data = compared.data;
  const std::string& pretrained = experiment.pretrained;
  predictor::BenchmarkPlan plan{
      .models = experiment.models,
      .train = {experiment.train.begin(), experiment.train.end()},
      .seeds = static_cast<std::size_t>(experiment.seeds),
      .test_values = !data.test_values.empty(),
      .points = keeps_points ? kPointsOfFit : 0,
      .groups = compared.groups,
      .conditions = {
          {"data", key_of(data).hex()},
          {"metric", compared.metric.name},
          {"test_metric", experiment.test_metric},
          {"refresh", fmt::format("{}", experiment.refresh)},
          {"test", fmt::format("{}", experiment.test)},
          {"split", experiment.split},
          {"input", experiment.input.value_or("")},
          {"pretrained", pretrained.empty() ? "" : Key::of(read_whole(pretrained)).hex()},
          {"epochs", fmt::format("{}", experiment.networks.fitting.epochs)},
          {"noise", fmt::format("{}", experiment.noise)},
          {"evonas", EVONAS_VERSION}}};
  add_fitting(experiment.networks.fitting, plan.conditions);
  if (experiment.curve) plan.conditions["curve"] = "true";
  if (!experiment.devices.empty()) {
    plan.conditions["devices"] = fmt::format("{}", fmt::join(experiment.devices, ","));
  }
  return plan;
}

/// Fits take about as long as they have labels; those without any are none at all, but count.
double work_of(std::size_t train) { return static_cast<double>(std::max<std::size_t>(train, 1)); }

predictor::Split split_of(const config::PredictorExperiment& experiment) {
  if (experiment.split == "first") return predictor::Split::First;
  return experiment.split == "random" ? predictor::Split::Random : predictor::Split::LeaveGroupOut;
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
      results_(plan_of(experiment_, compared_, /*keeps_points=*/!folder_.empty())) {
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
  for (const std::string& model : experiment_.models) {
    for (const std::int64_t train : experiment_.train) {
      const std::size_t fits = results_.missing(model, static_cast<std::size_t>(train)).size();
      missing_labels_ += static_cast<double>(fits) * work_of(static_cast<std::size_t>(train));
    }
  }
}

PredictorOptions PredictorComparison::predictor_options() const {
  PredictorOptions options;
  if (experiment_.input) options.input = spaces::NetworkInput::parse(*experiment_.input);
  // Whole networks, each for what its family reads.
  if (!experiment_.latency.empty()) options.input = spaces::NetworkInput{};
  options.pretrained = experiment_.pretrained;
  options.networks = experiment_.networks;
  return options;
}

void PredictorComparison::fit_row(const std::string& model, std::size_t train,
                                  const PredictorSource& source,
                                  const std::function<void(double)>& on_progress,
                                  const std::stop_token& stop) {
  const std::vector<std::uint64_t> seeds = results_.missing(model, train);
  std::mutex mutex;
  std::vector<double> shares(seeds.size(), 0.0);
  // Fits take about as long as they have labels.
  const auto learnt = [&] {
    return work_of(train) * std::accumulate(shares.begin(), shares.end(), 0.0);
  };
  const auto set_share = [&](std::size_t i, double share) {
    shares[i] = share;
    on_progress((learnt_labels_ + learnt()) / missing_labels_);
  };
  const predictor::BenchmarkSize size{.train = train,
                                      .refresh = static_cast<std::size_t>(experiment_.refresh),
                                      .test = static_cast<std::size_t>(experiment_.test),
                                      .points = results_.plan().points,
                                      .curve = experiment_.curve ? kCurveSample : 0};
  const predictor::Split split = split_of(experiment_);
  parallel_for(seeds.size(), [&](std::size_t i) {
    if (stop.stop_requested()) return;
    predictor::FitControl control{.seed = seeds[i], .stop = stop};
    control.progress = [&, i](double share) {
      const std::scoped_lock lock(mutex);
      set_share(i, share);
    };
    predictor::BenchmarkSize own = size;
    if (!results_.plan().has_points(train, seeds[i])) own.points = 0;
    const auto fitted = source.make(model);
    predictor::BenchmarkFit fit =
        predictor::benchmark_fit(*fitted, compared_.data, own, split, control);
    const std::scoped_lock lock(mutex);
    results_.add(model, train, seeds[i], std::move(fit));
    if (!folder_.empty()) save();
    set_share(i, 1.0);
  });
  learnt_labels_ += learnt();
}

nlohmann::json PredictorComparison::json() const {
  nlohmann::json json = results_.to_json();
  json["title"] = experiment_.title;
  json["space"] = space().name();
  json["table"] = experiment_.table;
  json["latency"] = experiment_.latency;
  json["metric"] = compared_.metric.name;
  json["test_metric"] = experiment_.test_metric;
  json["split"] = experiment_.split;
  json["noise"] = experiment_.noise;
  json["architectures"] = compared_.data.genotypes.size();
  json["host"] = describe_host();
  return json;
}

void PredictorComparison::save() const {
  fs::create_directories(folder_);
  write_atomically(folder_ / "experiment.yaml", yaml::to_yaml(experiment_));
  write_atomically(folder_ / kResultsFile, json().dump() + "\n");
}

void PredictorComparison::save_report(const PredictorSource& source) const {
  predictor::BenchmarkColumns columns = columns_of(experiment_);
  columns.compared = experiment_.models.size() > 1;
  std::string markdown = predictor::markdown_head(columns);
  for (const predictor::BenchmarkRow& row : results_.rows()) {
    markdown += predictor::markdown_row(row, columns);
  }
  if (!compared_.groups.empty()) {
    markdown += "\n" + predictor::markdown_groups(results_.rows(), compared_.groups);
  }
  write_atomically(folder_ / "results.md", markdown);
  write_atomically(folder_ / "report.html", report::report_html(report::report_json(page(source))));
}

}  // namespace evonas::cli
