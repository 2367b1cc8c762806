#include "predictor/predictor_benchmark.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/rank_correlation.hpp"
#include "base/selected.hpp"

namespace evonas::predictor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNinetyPercent = 1.6448536269514722;  // deviations to either side that hold 90 %
/// The same for each of kIntervalLevels.
constexpr std::array<double, kIntervalLevels.size()> kReach = {
    0.12566134685507402, 0.2533471031357997, 0.38532046640756773, 0.5244005127080407,
    0.6744897501960817,  0.8416212335729143, 1.0364333894937898,  1.2815515655446004,
    kNinetyPercent,      1.959963984540054};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Share of true values within so many expected deviations.
double share_within(double reach, std::span<const double> errors,
                    std::span<const double> deviations) {
  std::size_t within = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (errors[i] <= reach * deviations[i]) ++within;
  }
  return static_cast<double>(within) / static_cast<double>(errors.size());
}

double six_digits(double number) { return std::stod(fmt::format("{:.6g}", number)); }

/// Relative errors: their mean, and the share of those up to 10 %, both in percent.
struct RelativeErrors {
  double mape = 0.0;
  double within10 = 0.0;
};

RelativeErrors relative_errors(std::span<const double> values, std::span<const double> means) {
  RelativeErrors result;
  const double each = 100.0 / static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double error = std::abs(means[i] - values[i]) / std::abs(values[i]);
    result.mape += each * error;
    if (error <= 0.1) result.within10 += each;
  }
  return result;
}

/// How many groups there are.
std::size_t groups_of(const BenchmarkData& data) {
  return data.groups.empty() ? 0 : 1 + *std::ranges::max_element(data.groups);
}

std::vector<BenchmarkGroup> group_figures(const BenchmarkData& data,
                                          std::span<const std::size_t> tested,
                                          std::span<const double> means) {
  std::vector<BenchmarkGroup> figures;
  for (std::size_t group = 0; group < groups_of(data); ++group) {
    std::vector<double> values;
    std::vector<double> predicted;
    for (std::size_t i = 0; i < tested.size(); ++i) {
      if (data.groups[tested[i]] != group) continue;
      values.push_back(data.values[tested[i]]);
      predicted.push_back(means[i]);
    }
    if (values.empty()) continue;
    const auto [mape, within10] = relative_errors(values, predicted);
    figures.push_back({.group = group,
                       .tested = values.size(),
                       .tau = kendall_tau_b(predicted, values),
                       .mape = mape,
                       .within10 = within10});
  }
  return figures;
}

/// Rows in the order in which they are learnt from and tested.
struct SplitRows {
  std::vector<std::size_t> rows;
  std::size_t learnable = 0;   ///< so many at most can be learnt from
  std::size_t first_test = 0;  ///< none before it is tested
};

SplitRows split_rows(const BenchmarkData& data, Split split, std::uint64_t seed, Rng& rng) {
  SplitRows result;
  std::vector<std::size_t>& rows = result.rows;
  rows.resize(data.genotypes.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  if (split != Split::First) rng.shuffle(std::span(rows));
  if (split != Split::LeaveGroupOut) {
    result.learnable = rows.empty() ? 0 : rows.size() - 1;
    return result;
  }
  const std::size_t groups = groups_of(data);
  if (groups < 2) throw PredictorError("no group can be left out: the data has less than two");
  const std::size_t left_out = (seed + groups - 1) % groups;
  if (!data.alike.empty()) {
    const std::vector<std::size_t>& alike = data.alike[left_out];
    std::erase_if(rows, [&](std::size_t row) {
      const std::size_t group = data.groups[row];
      return group != left_out && std::ranges::find(alike, group) != alike.end();
    });
  }
  const auto tested = std::stable_partition(
      rows.begin(), rows.end(), [&](std::size_t row) { return data.groups[row] != left_out; });
  result.learnable = result.first_test = static_cast<std::size_t>(tested - rows.begin());
  return result;
}

/// So many architectures at most, evenly spaced.
std::vector<BenchmarkPoint> some_points(std::span<const double> values,
                                        std::span<const double> means, std::size_t most) {
  std::vector<BenchmarkPoint> points;
  const std::size_t count = std::min(most, values.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * values.size() / count;
    points.push_back({six_digits(values[at]), six_digits(means[at])});
  }
  return points;
}

/// Keeps the learning curve of a fit, with the tau on some architectures.
class CurveWriter {
 public:
  CurveWriter(std::span<const spaces::Genotype> block, std::span<const double> values)
      : block_(block), values_(values.first(block.size())) {}

  void operator()(const LearningPoint& point, const PredictBlock& predict) {
    const Clock::time_point begin = Clock::now();
    curve_.push_back(point);
    if (!block_.empty()) {
      std::vector<double> means;
      for (const Prediction& prediction : predict(block_)) means.push_back(prediction.mean);
      curve_.back().tau = kendall_tau_b(means, values_);
    }
    seconds_ += seconds_since(begin);
  }

  const std::vector<LearningPoint>& curve() const { return curve_; }
  /// That it took.
  double seconds() const { return seconds_; }

 private:
  std::span<const spaces::Genotype> block_;
  std::span<const double> values_;
  std::vector<LearningPoint> curve_;
  double seconds_ = 0.0;
};

}  // namespace

BenchmarkFit benchmark_fit(Predictor& predictor, const BenchmarkData& data, BenchmarkSize size,
                           Split split, const FitControl& control) {
  const std::size_t train = size.train;
  Rng rng(control.seed, "split of a benchmark");
  SplitRows order = split_rows(data, split, control.seed, rng);
  std::vector<std::size_t>& rows = order.rows;
  if (train > order.learnable) {
    throw PredictorError(
        fmt::format("{} labels to learn from were asked for, expected up to {}: the data has "
                    "{} architectures, and {} must be left to test on",
                    train, order.learnable, rows.size(),
                    order.first_test == 0 ? "at least one" : "those of one group"));
  }

  std::vector<Label> labels;
  for (const std::size_t row : std::span(rows).first(train)) {
    labels.push_back(
        {data.genotypes[row], data.values[row], data.noises.empty() ? 0.0 : data.noises[row]});
  }
  BenchmarkFit result;
  std::span<std::size_t> tested = std::span(rows).subspan(std::max(train, order.first_test));
  if (size.test > 0 && size.test < tested.size()) {
    if (split == Split::First) rng.shuffle(tested);
    tested = tested.first(size.test);
  }
  std::vector<spaces::Genotype> block;
  for (const std::size_t row : tested) block.push_back(data.genotypes[row]);
  const std::vector<double> values = selected(data.values, tested);

  CurveWriter writer(
      std::span<const spaces::Genotype>(block).first(std::min(size.curve, block.size())), values);
  FitControl of_fit = control;
  of_fit.on_point = std::ref(writer);
  const Clock::time_point fit_begin = Clock::now();
  const std::size_t known = train - std::min(train > 0 ? train - 1 : 0, size.refresh);
  predictor.fit(std::span(labels).first(known), of_fit);
  result.fit_seconds = seconds_since(fit_begin) - writer.seconds();
  result.curve = writer.curve();
  if (known < train) {
    const Clock::time_point refresh_begin = Clock::now();
    predictor.refresh(labels, known, {.seed = control.seed, .stop = control.stop, .progress = {}});
    result.refresh_seconds = seconds_since(refresh_begin);
  }
  result.parameters = predictor.parameters();

  const Clock::time_point predict_begin = Clock::now();
  const std::vector<Prediction> predictions = predictor.predict(block);
  result.predict_seconds = seconds_since(predict_begin);

  std::vector<double> means;
  std::vector<double> deviations;
  std::vector<double> errors;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    means.push_back(predictions[i].mean);
    deviations.push_back(predictions[i].deviation);
    errors.push_back(std::abs(predictions[i].mean - values[i]));
  }
  result.tested = values.size();
  result.tau = kendall_tau_b(means, values);
  result.rho = spearman_rho(means, values);
  if (!data.test_values.empty()) {
    result.test_tau = kendall_tau_b(means, selected(data.test_values, tested));
  }
  const RelativeErrors relative = relative_errors(values, means);
  result.mape = relative.mape;
  result.within10 = relative.within10;
  result.groups = group_figures(data, tested, means);
  result.top10_tau = best_tenth_tau(values, means, data.higher_is_better);
  result.deviation_rho = spearman_rho(deviations, errors);
  result.coverage90 = share_within(kNinetyPercent, errors, deviations);
  if (std::ranges::any_of(deviations, [](double deviation) { return deviation > 0.0; })) {
    for (const double reach : kReach) {
      result.held.push_back(share_within(reach, errors, deviations));
    }
  }
  result.points = some_points(values, means, size.points);
  return result;
}

}  // namespace evonas::predictor
