#include "predictor/predictor_benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/rank_correlation.hpp"
#include "base/selected.hpp"

namespace evonas::predictor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNinetyPercent = 1.6448536269514722;  // deviations to either side that hold 90 %

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Tau among the best tenth of the values.
double top_tau(std::span<const double> values, std::span<const double> means,
               bool higher_is_better) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return higher_is_better ? values[a] > values[b] : values[a] < values[b];
  });
  order.resize((order.size() + 9) / 10);
  return kendall_tau_b(selected(values, order), selected(means, order));
}

}  // namespace

BenchmarkFit benchmark_fit(Predictor& predictor, const BenchmarkData& data, BenchmarkSize size,
                           Split split, std::uint64_t seed, const std::stop_token& stop) {
  const std::size_t train = size.train;
  if (train == 0 || train >= data.genotypes.size()) {
    throw PredictorError(
        fmt::format("{} labels to learn from were asked for, expected from 1 to {}: the data has "
                    "{} architectures, and at least one must be left to test on",
                    train, data.genotypes.size() - 1, data.genotypes.size()));
  }
  std::vector<std::size_t> rows(data.genotypes.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  Rng rng(seed, "split of a benchmark");
  if (split == Split::Random) rng.shuffle(std::span(rows));

  std::vector<Label> labels;
  for (const std::size_t row : std::span(rows).first(train)) {
    labels.push_back({data.genotypes[row], data.values[row]});
  }
  BenchmarkFit result;
  const Clock::time_point fit_begin = Clock::now();
  const std::size_t known = train - std::min(train - 1, size.refresh);
  predictor.fit(std::span(labels).first(known), {.seed = seed, .stop = stop, .progress = {}});
  result.fit_seconds = seconds_since(fit_begin);
  if (known < train) {
    const Clock::time_point refresh_begin = Clock::now();
    predictor.refresh(labels, known, {.seed = seed, .stop = stop, .progress = {}});
    result.refresh_seconds = seconds_since(refresh_begin);
  }
  result.parameters = predictor.parameters();

  std::span<std::size_t> tested = std::span(rows).subspan(train);
  if (size.test > 0 && size.test < tested.size()) {
    if (split == Split::First) rng.shuffle(tested);
    tested = tested.first(size.test);
  }
  std::vector<spaces::Genotype> block;
  for (const std::size_t row : tested) block.push_back(data.genotypes[row]);
  const Clock::time_point predict_begin = Clock::now();
  const std::vector<Prediction> predictions = predictor.predict(block);
  result.predict_seconds = seconds_since(predict_begin);

  const std::vector<double> values = selected(data.values, tested);
  std::vector<double> means;
  std::vector<double> deviations;
  std::vector<double> errors;
  double covered = 0.0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    means.push_back(predictions[i].mean);
    deviations.push_back(predictions[i].deviation);
    errors.push_back(std::abs(predictions[i].mean - values[i]));
    covered += errors[i] <= kNinetyPercent * deviations[i] ? 1.0 : 0.0;
  }
  result.tau = kendall_tau_b(means, values);
  if (!data.test_values.empty()) {
    result.test_tau = kendall_tau_b(means, selected(data.test_values, tested));
  }
  result.top10_tau = top_tau(values, means, data.higher_is_better);
  result.deviation_rho = spearman_rho(deviations, errors);
  result.coverage90 = covered / static_cast<double>(predictions.size());
  return result;
}

}  // namespace evonas::predictor
