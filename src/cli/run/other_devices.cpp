#include "cli/run/other_devices.hpp"

#include <algorithm>
#include <cmath>

#include "base/json.hpp"
#include "base/parallel.hpp"

namespace evonas::cli {
namespace {

using spaces::Genotype;

/// The genotype without the number of its device.
Genotype bare_architecture(const Genotype& genotype) {
  return Genotype(genotype.genes().subspan(1));
}

/// The value at a share of the way from the first to the last.
double value_at(const std::vector<double>& ascending, double share) {
  const double place = share * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  const double part = place - static_cast<double>(below);
  return (1.0 - part) * ascending[below] + part * ascending[above];
}

}  // namespace

OtherDevices::OtherDevices(const predictor::BenchmarkData& data) {
  columns_.resize(1 + *std::ranges::max_element(data.groups));
  for (std::size_t row = 0; row < data.genotypes.size(); ++row) {
    columns_[data.groups[row]].values.push_back(data.values[row]);
  }
  for (Column& column : columns_) std::ranges::sort(column.values);
  for (std::size_t row = 0; row < data.genotypes.size(); ++row) {
    Column& column = columns_[data.groups[row]];
    const auto [begin, end] =
        std::equal_range(column.values.begin(), column.values.end(), data.values[row]);
    const auto first = static_cast<double>(begin - column.values.begin());
    const auto count = static_cast<double>(end - begin);
    const auto last = static_cast<double>(std::max<std::size_t>(1, column.values.size() - 1));
    column.ranks[bare_architecture(data.genotypes[row])] = (first + 0.5 * (count - 1.0)) / last;
  }
  for (std::size_t device = 0; device < columns_.size(); ++device) {
    std::vector<std::size_t> excluded = {device};
    if (!data.alike.empty()) {
      excluded.insert(excluded.end(), data.alike[device].begin(), data.alike[device].end());
    }
    others_.emplace_back();
    for (std::size_t other = 0; other < columns_.size(); ++other) {
      if (std::ranges::find(excluded, other) == excluded.end()) others_.back().push_back(other);
    }
  }
}

void OtherDevices::fit(std::span<const predictor::Label> /*labels*/,
                       const predictor::FitControl& /*control*/) {}

std::vector<predictor::Prediction> OtherDevices::predict(std::span<const Genotype> block) const {
  std::vector<predictor::Prediction> predictions(block.size());
  parallel_for(block.size(), [&](std::size_t i) { predictions[i].mean = expected(block[i]); });
  return predictions;
}

double OtherDevices::expected(const Genotype& genotype) const {
  const std::vector<std::size_t>& others = others_[static_cast<std::size_t>(genotype[0])];
  const Genotype architecture = bare_architecture(genotype);
  double sum = 0.0;
  std::size_t known = 0;
  for (const std::size_t other : others) {
    const auto rank = columns_[other].ranks.find(architecture);
    if (rank == columns_[other].ranks.end()) continue;
    sum += rank->second;
    ++known;
  }
  const double mean = known == 0 ? 0.5 : sum / static_cast<double>(known);
  double value = 0.0;
  for (const std::size_t other : others) {
    value += value_at(columns_[other].values, mean) / static_cast<double>(others.size());
  }
  return value;
}

nlohmann::json OtherDevices::state() const { return nlohmann::json::object(); }

void OtherDevices::restore(const nlohmann::json& /*state*/) {
  throw predictor::PredictorError(
      "the mean rank on other devices is for comparisons, and kept in no file");
}

}  // namespace evonas::cli
