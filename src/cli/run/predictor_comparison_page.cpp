#include <algorithm>
#include <numeric>
#include <string>

#include "base/principal_components.hpp"
#include "base/random.hpp"
#include "cli/run/host.hpp"
#include "cli/run/predictor_comparison.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/predictor_list.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

using predictor::BenchmarkFit;
using report::PredictorBenchmark;

constexpr std::size_t kMapped = 2000;  // architectures on the map

PredictorBenchmark::Figure page_figure(const predictor::BenchmarkRow& row,
                                       double BenchmarkFit::*member) {
  const predictor::BenchmarkFigure figure = predictor::figure_of(row.fits, member);
  return {.mean = figure.mean, .deviation = figure.deviation};
}

/// Means over seeds of the shares of values that intervals hold.
std::vector<double> mean_held(const predictor::BenchmarkRow& row) {
  std::vector<double> held(row.fits.front().held.size(), 0.0);
  for (const BenchmarkFit& fit : row.fits) {
    if (fit.held.size() != held.size()) return {};
    for (std::size_t i = 0; i < held.size(); ++i) {
      held[i] += fit.held[i] / static_cast<double>(row.fits.size());
    }
  }
  return held;
}

PredictorBenchmark::Difference page_difference(const PairedDifference& difference) {
  return {
      .mean = difference.mean, .low = difference.low, .high = difference.high, .p = difference.p};
}

PredictorBenchmark::Row page_row(const predictor::BenchmarkRow& row,
                                 const predictor::BenchmarkColumns& columns) {
  const BenchmarkFit& first = row.fits.front();
  PredictorBenchmark::Row result{
      .model = row.model,
      .train = row.train,
      .tested = first.tested,
      .seeds = row.fits.size(),
      .parameters = first.parameters,
      .tau = page_figure(row, &BenchmarkFit::tau),
      .top10_tau = page_figure(row, &BenchmarkFit::top10_tau),
      .fit_seconds = page_figure(row, &BenchmarkFit::fit_seconds).mean,
      .architectures_per_second =
          static_cast<double>(first.tested) / page_figure(row, &BenchmarkFit::predict_seconds).mean,
      .p_against_best = row.p_against_best,
      .best = row.best,
      .held = mean_held(row)};
  if (row.against) {
    result.difference = page_difference(row.against->tau);
    result.top10_difference = page_difference(row.against->top10_tau);
  }
  if (!first.held.empty()) {
    result.deviation_rho = page_figure(row, &BenchmarkFit::deviation_rho);
    result.coverage90 = page_figure(row, &BenchmarkFit::coverage90);
  }
  if (columns.test_values) result.test_tau = page_figure(row, &BenchmarkFit::test_tau);
  if (columns.errors) {
    result.mape = page_figure(row, &BenchmarkFit::mape);
    result.within10 = page_figure(row, &BenchmarkFit::within10);
  }
  for (const auto& [epoch, loss, held_out, tau] : first.curve) {
    result.learning_curve.push_back(
        {.epoch = static_cast<double>(epoch), .loss = loss, .held_out = held_out, .tau = tau});
  }
  for (const predictor::BenchmarkPoint& point : first.points) {
    result.values.push_back(point.value);
    result.predicted.push_back(point.predicted);
  }
  return result;
}

}  // namespace

std::optional<config::PredictorEntry> PredictorComparison::map_entry() const {
  const auto embeds = [](const config::PredictorEntry& entry) {
    const predictor::Pretraining what = predictor::pretraining_of(entry.model);
    return !entry.recipe.pretraining &&
           (what == predictor::Pretraining::Networks || what == predictor::Pretraining::Arch2Vec);
  };
  const std::vector<config::PredictorEntry> entries = experiment_.entries();
  const auto embedding = std::ranges::find_if(entries, embeds);
  return embedding == entries.end() ? std::nullopt : std::optional(*embedding);
}

void PredictorComparison::add_map(PredictorBenchmark& page, const PredictorSources& sources) const {
  std::vector<std::size_t> rows(compared_.data.genotypes.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  Rng(1, "architectures of a map").shuffle(std::span(rows));
  rows.resize(std::min(rows.size(), kMapped));
  std::vector<spaces::Genotype> block;
  for (const std::size_t row : rows) block.push_back(compared_.data.genotypes[row]);

  std::vector<double> numbers;
  if (const auto embedding = map_entry()) {
    const auto what = predictor::pretraining_of(embedding->model);
    numbers = sources.of(*embedding).learnt().embed(what, block);
    page.map_source = "what the pre-trained networks make of the graphs, before any label";
  } else {
    std::optional<spaces::NetworkInput> input = predictor_options(experiment_.recipe).input;
    if (!experiment_.latency.empty()) input = spaces::NetworkInput{};
    const predictor::GraphFeatures features(predictor::ArchitectureView(space(), input));
    numbers = features.compute(block);
    page.map_source = "statistics of the graphs";
  }
  const PrincipalComponents map =
      principal_components(numbers, numbers.size() / block.size(), /*components=*/2);
  page.map_shares = map.shares;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    page.map.push_back({.architecture = space().format(block[i]),
                        .x = map.scores[2 * i],
                        .y = map.scores[2 * i + 1],
                        .value = compared_.data.values[rows[i]]});
  }
}

PredictorBenchmark PredictorComparison::page(const PredictorSources& sources) const {
  PredictorBenchmark page{
      .name = experiment_.title,
      .space = space().name(),
      .metric = {.name = compared_.metric.name, .unit = compared_.metric.unit},
      .test_metric = experiment_.test_metric,
      .architectures = compared_.data.genotypes.size(),
      .split = experiment_.split,
      .against = experiment_.against,
      .labels_test_tau = compared_.labels_test_tau,
      .levels = {predictor::kIntervalLevels.begin(), predictor::kIntervalLevels.end()},
      .host = describe_host(),
      .configuration = yaml::to_yaml(experiment_)};
  if (const auto& ceiling = compared_.ceiling) {
    page.ceiling = ceiling->tau;
    page.top10_ceiling = ceiling->top10_tau;
  }
  for (const predictor::BenchmarkRow& row : results_.rows()) {
    page.rows.push_back(page_row(row, columns_of(experiment_)));
  }
  for (const config::PublishedTauSection& published : experiment_.published) {
    page.published.push_back({.label = published.label,
                              .size = static_cast<std::size_t>(published.size),
                              .tau = published.tau,
                              .source = published.source});
  }
  add_map(page, sources);
  return page;
}

}  // namespace evonas::cli
