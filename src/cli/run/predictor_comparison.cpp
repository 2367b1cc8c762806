#include "cli/run/predictor_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/key.hpp"
#include "base/parallel.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/host.hpp"
#include "evaluation/table/table_noise.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kResultsFile = "results.json";
constexpr std::size_t kPointsOfFit = 1000;  // for the chart of predicted and true values

spaces::AnySpace space_of(const std::string& table) {
  const bool builtin = table.starts_with(evaluation::kBuiltinTable);
  if (!builtin && !fs::exists(table)) {
    throw FileError(
        fmt::format("the table {} does not exist: make it with 'evonas table import', "
                    "or name another with --table FILE",
                    table));
  }
  const evaluation::TableAbout about = evaluation::read_table_about(table);
  return config::make_space(about.space, about.space_options);
}

/// The rows of the table that have all values asked for.
predictor::BenchmarkData data_of(const evaluation::BenchmarkTable& table,
                                 const config::PredictorExperiment& experiment) {
  const std::span<const double> values = table.values(experiment.metric);
  const std::span<const double> test_values = experiment.test_metric.empty()
                                                  ? std::span<const double>{}
                                                  : table.values(experiment.test_metric);
  std::vector<double> noises;
  if (experiment.noise) noises = evaluation::label_noise(table, experiment.metric);
  predictor::BenchmarkData data;
  data.higher_is_better =
      table.metric(experiment.metric).direction != evaluation::Direction::Minimize;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::isnan(values[row]) || (!test_values.empty() && std::isnan(test_values[row]))) continue;
    data.genotypes.push_back(table.genotype(row));
    data.values.push_back(values[row]);
    if (!test_values.empty()) data.test_values.push_back(test_values[row]);
    if (experiment.noise) data.noises.push_back(noises[row]);
  }
  return data;
}

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
                                 const predictor::BenchmarkData& data, bool keeps_points) {
  const std::string& pretrained = experiment.pretrained;
  return {.models = experiment.models,
          .train = {experiment.train.begin(), experiment.train.end()},
          .seeds = static_cast<std::size_t>(experiment.seeds),
          .test_values = !data.test_values.empty(),
          .points = keeps_points ? kPointsOfFit : 0,
          .conditions = {
              {"data", key_of(data).hex()},
              {"metric", experiment.metric},
              {"test_metric", experiment.test_metric},
              {"refresh", fmt::format("{}", experiment.refresh)},
              {"test", fmt::format("{}", experiment.test)},
              {"split", experiment.split},
              {"input", experiment.input.value_or("")},
              {"pretrained", pretrained.empty() ? "" : Key::of(read_whole(pretrained)).hex()},
              {"epochs", fmt::format("{}", experiment.epochs)},
              {"noise", fmt::format("{}", experiment.noise)},
              {"evonas", EVONAS_VERSION}}};
}

}  // namespace

predictor::BenchmarkColumns columns_of(const config::PredictorExperiment& experiment) {
  return {.test_values = !experiment.test_metric.empty(),
          .refresh = experiment.refresh > 0,
          .compared = false};
}

PredictorComparison::PredictorComparison(config::PredictorExperiment experiment, fs::path folder)
    : experiment_(std::move(experiment)),
      folder_(std::move(folder)),
      space_(space_of(experiment_.table)),
      results_({}) {
  const auto table = evaluation::BenchmarkTable::open(experiment_.table, space_);
  metric_ = table.metric(experiment_.metric);
  data_ = data_of(table, experiment_);
  results_ =
      predictor::BenchmarkResults(plan_of(experiment_, data_, /*keeps_points=*/!folder_.empty()));
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
      missing_labels_ += static_cast<double>(fits) * static_cast<double>(train);
    }
  }
}

PredictorOptions PredictorComparison::predictor_options() const {
  PredictorOptions options;
  if (experiment_.input) options.input = spaces::NetworkInput::parse(*experiment_.input);
  options.pretrained = experiment_.pretrained;
  options.epochs = experiment_.epochs;
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
    return static_cast<double>(train) * std::accumulate(shares.begin(), shares.end(), 0.0);
  };
  const auto set_share = [&](std::size_t i, double share) {
    shares[i] = share;
    on_progress((learnt_labels_ + learnt()) / missing_labels_);
  };
  const predictor::BenchmarkSize size{.train = train,
                                      .refresh = static_cast<std::size_t>(experiment_.refresh),
                                      .test = static_cast<std::size_t>(experiment_.test),
                                      .points = results_.plan().points};
  const predictor::Split split =
      experiment_.split == "first" ? predictor::Split::First : predictor::Split::Random;
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
    predictor::BenchmarkFit fit = predictor::benchmark_fit(*fitted, data_, own, split, control);
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
  json["space"] = space_.name();
  json["table"] = experiment_.table;
  json["metric"] = experiment_.metric;
  json["test_metric"] = experiment_.test_metric;
  json["split"] = experiment_.split;
  json["noise"] = experiment_.noise;
  json["architectures"] = data_.genotypes.size();
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
  write_atomically(folder_ / "results.md", markdown);
  write_atomically(folder_ / "report.html", report::report_html(report::report_json(page(source))));
}

}  // namespace evonas::cli
