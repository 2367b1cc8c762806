#include "predictor/graph_features.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "predictor/predictor_error.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kPool = 2000;        // random architectures that say what is usual
constexpr std::size_t kMost = 1000;        // features
constexpr std::size_t kFeatureChunk = 64;  // architectures in one task
constexpr double kConstant = 1e-9;         // deviation of a statistic that does not vary
constexpr double kSame = 1e-9;             // 1 - |correlation| of two statistics that say the same

/// Whether the correlation of two standardised columns is 1 or -1. Said in terms of distances,
/// which for nearly all pairs are too large after a few rows.
bool say_the_same(const std::vector<double>& a, const std::vector<double>& b) {
  const double most = 2.0 * kSame * static_cast<double>(a.size());
  double apart = 0.0;
  double opposed = 0.0;
  for (std::size_t row = 0; row < a.size() && std::min(apart, opposed) <= most; ++row) {
    apart += (a[row] - b[row]) * (a[row] - b[row]);
    opposed += (a[row] + b[row]) * (a[row] + b[row]);
  }
  return std::min(apart, opposed) < most;
}

}  // namespace

GraphFeatures::GraphFeatures(ArchitectureView view,
                             const std::optional<spaces::NetworkInput>& statics)
    : view_(std::move(view)) {
  if (statics) statics_ = std::make_shared<const NetworkStatics>(view_.space(), *statics);
  const std::vector<spaces::Genotype> pool =
      random_architectures(view_.space(), kPool, 1, "pool of architectures");
  vocabulary_ = operations_of(view_, pool);
  choices_ = GeneChoices(view_.space(), pool);
  const std::size_t of_graphs = GraphStatistics(vocabulary_.width()).size();
  const std::size_t width = of_graphs + choices_.size() + (statics_ ? kStatics : 0);
  std::vector<double> rows(pool.size() * width);
  for_each(pool, [&](std::size_t i, std::span<const double> statistics) {
    std::ranges::copy(statistics, rows.begin() + static_cast<std::ptrdiff_t>(i * width));
  });
  std::vector<std::vector<double>> columns;  // of those that are kept, standardised
  for (std::size_t statistic = 0; statistic < width; ++statistic) {
    if (statistic < of_graphs && kept_.size() == kMost) continue;
    std::vector<double> column(pool.size());
    double mean = 0.0;
    for (std::size_t row = 0; row < pool.size(); ++row) {
      column[row] = rows[row * width + statistic];
      mean += column[row] / static_cast<double>(pool.size());
    }
    double variance = 0.0;
    for (double& value : column) {
      value -= mean;
      variance += value * value / static_cast<double>(pool.size());
    }
    const double deviation = std::sqrt(variance);
    if (deviation < kConstant) continue;
    for (double& value : column) value /= deviation;
    const auto known = [&](const std::vector<double>& other) {
      return say_the_same(other, column);
    };
    if (std::ranges::any_of(columns, known)) continue;
    columns.push_back(std::move(column));
    kept_.push_back({.statistic = statistic, .mean = mean, .deviation = deviation});
  }
  KeyStream key;
  key.add(vocabulary_.key().hex());
  for (const Kept& kept : kept_) key.add(fmt::format(" {}", kept.statistic));
  for (const std::string& choice : choices_.names(view_.space())) key.add("\n" + choice);
  if (statics_) key.add(" statics for " + statics_->input().to_string());
  key_ = key.key();
  if (kept_.empty()) {
    throw PredictorError(
        fmt::format("{} random architectures of the space {} all have the same graph, expected "
                    "some that differ",
                    kPool, view_.space().name()));
  }
}

void check_same_space(const nlohmann::json& key, const Key& expected) {
  if (key == expected.hex()) return;
  throw PredictorError(
      "it was fitted to architectures of other operations, or by another version of evonas; fit it "
      "again in the space that it is to be used in");
}

std::vector<std::string> GraphFeatures::names() const {
  std::vector<std::string> all = GraphStatistics(vocabulary_.width()).names();
  for (std::string& name : choices_.names(view_.space())) all.push_back(std::move(name));
  if (statics_) {
    for (std::string& name : NetworkStatics::names()) all.push_back(std::move(name));
  }
  std::vector<std::string> names;
  for (const Kept& kept : kept_) names.push_back(all[kept.statistic]);
  return names;
}

void GraphFeatures::for_each(
    std::span<const spaces::Genotype> block,
    const std::function<void(std::size_t i, std::span<const double> statistics)>& use) const {
  parallel_chunks(block.size(), kFeatureChunk, [&](std::size_t first, std::size_t count) {
    GraphStatistics statistics(vocabulary_.width());
    std::vector<double> numbers(statistics.size() + choices_.size() + (statics_ ? kStatics : 0));
    const std::span of_graph(numbers.data(), statistics.size());
    const std::span of_genes = std::span(numbers).subspan(statistics.size(), choices_.size());
    FlowReader reader;
    FlowGraph flow;
    graph::Tokens tokens;
    for (std::size_t i = first; i < first + count; ++i) {
      view_.tokens(block[i], tokens);
      reader.read(tokens, vocabulary_, flow);
      statistics.compute(flow, of_graph);
      choices_.compute(view_.space(), block[i], of_genes);
      if (statics_) std::ranges::copy(statics_->of(block[i]), numbers.end() - kStatics);
      use(i, numbers);
    }
  });
}

std::vector<double> GraphFeatures::compute(std::span<const spaces::Genotype> block) const {
  std::vector<double> features(block.size() * size());
  for_each(block, [&](std::size_t row, std::span<const double> statistics) {
    for (std::size_t i = 0; i < size(); ++i) {
      const auto [statistic, mean, deviation] = kept_[i];
      features[row * size() + i] = (statistics[statistic] - mean) / deviation;
    }
  });
  return features;
}

}  // namespace evonas::predictor
