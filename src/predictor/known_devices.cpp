#include "predictor/known_devices.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"

namespace evonas::predictor {
namespace {

constexpr double kConstantVariance = 4.0;  // of logarithms: a device may be ten times as fast
constexpr double kFeatureVariance = 0.05 * 0.05;
constexpr double kModelRidge = 1e-3;
constexpr std::size_t kMostGeneValues = 32;  // of a gene that is told by one-hot columns
constexpr std::size_t kMostModelled = 2000;  // architectures that models are fitted to

/// Genes of many values, such as resolutions, are one number.
std::size_t columns_of_gene(std::size_t values) { return values > kMostGeneValues ? 1 : values; }

void check_latencies(const DeviceLatencies& latencies) {
  const std::size_t devices = latencies.devices.size();
  const std::size_t architectures = latencies.architectures.size();
  if (devices < 2 || architectures == 0 || latencies.values.size() != devices * architectures) {
    throw PredictorError(fmt::format(
        "{} latencies of {} architectures on {} devices were given, expected one of each on each "
        "of at least two",
        latencies.values.size(), architectures, devices));
  }
  for (std::size_t i = 0; i < latencies.values.size(); ++i) {
    if (std::isfinite(latencies.values[i]) && latencies.values[i] > 0.0) continue;
    throw PredictorError(
        fmt::format("the latency of architecture {} on {} is {}, expected a number above 0",
                    i / devices, latencies.devices[i % devices], latencies.values[i]));
  }
}

}  // namespace

KnownDevices::KnownDevices(std::shared_ptr<const GraphFeatures> features, DeviceLatencies latencies)
    : features_(std::move(features)), latencies_(std::move(latencies)) {
  check_latencies(latencies_);
  const std::size_t devices = latencies_.devices.size();
  const std::size_t count = latencies_.architectures.size();
  for (std::size_t i = 0; i < count; ++i) rows_.emplace(latencies_.architectures[i], i);
  centres_.assign(devices, 0.0);
  for (std::size_t i = 0; i < latencies_.values.size(); ++i) {
    centres_[i % devices] += std::log(latencies_.values[i]) / static_cast<double>(count);
  }
  number_genes();
  fit_models();
}

void KnownDevices::number_genes() {
  const std::size_t places = features_->view().space().describe_genes().size();
  gene_values_.assign(places, 0);
  for (const spaces::Genotype& genotype : latencies_.architectures) {
    for (std::size_t place = 0; place < std::min(places, genotype.size()); ++place) {
      const auto gene = static_cast<std::size_t>(std::max<int>(0, genotype[place]));
      gene_values_[place] = std::max(gene_values_[place], gene + 1);
    }
  }
  for (const std::size_t values : gene_values_) gene_columns_ += columns_of_gene(values);
}

std::vector<double> KnownDevices::numbers(std::span<const spaces::Genotype> block) const {
  const std::vector<double> features = features_->compute(block);
  std::vector<double> numbers(block.size() * width(), 0.0);
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto row = std::span(numbers).subspan(width() * i, width());
    std::ranges::copy(std::span(features).subspan(features_->size() * i, features_->size()),
                      row.begin());
    std::size_t column = features_->size();
    for (std::size_t place = 0; place < gene_values_.size(); ++place) {
      const std::size_t values = gene_values_[place];
      const std::size_t columns = columns_of_gene(values);
      if (place < block[i].size() && block[i][place] >= 0) {
        const auto gene = static_cast<std::size_t>(block[i][place]);
        if (columns < values) {
          row[column] = static_cast<double>(gene) / static_cast<double>(values);
        } else if (gene < values) {
          row[column + gene] = 1.0;
        }
      }
      column += columns;
    }
  }
  return numbers;
}

void KnownDevices::fit_models() {
  const std::size_t devices = latencies_.devices.size();
  const std::size_t count = latencies_.architectures.size();
  std::vector<spaces::Genotype> modelled;
  std::vector<double> values;
  const std::size_t rows = std::min(count, kMostModelled);
  for (std::size_t i = 0; i < rows; ++i) {  // spread over what may be a systematic order
    const std::size_t row = i * count / rows;
    modelled.push_back(latencies_.architectures[row]);
    for (std::size_t device = 0; device < devices; ++device) {
      values.push_back(std::log(latencies_.values[devices * row + device]));
    }
  }
  const std::vector<double> read = numbers(modelled);
  models_ = fit_linears(read, width(), values, devices, kModelRidge);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto row = std::span(read).subspan(width() * (i / devices), width());
    model_variance_ += std::pow(models_[i % devices].value(row) - values[i], 2) /
                       static_cast<double>(values.size());
  }
}

double KnownDevices::Draws::covariance(std::size_t own, const Draws& others,
                                       std::size_t other) const {
  return std::inner_product(factors.begin() + static_cast<std::ptrdiff_t>(own * width),
                            factors.begin() + static_cast<std::ptrdiff_t>((own + 1) * width),
                            others.factors.begin() + static_cast<std::ptrdiff_t>(other * width),
                            kConstantVariance);
}

KnownDevices::Draws KnownDevices::draws(std::span<const spaces::Genotype> block) const {
  const std::size_t devices = latencies_.devices.size();
  const std::vector<double> read = numbers(block);
  Draws draws{.means = std::vector<double>(block.size(), 0.0),
              .factors = std::vector<double>(block.size() * (devices + width())),
              .noises = std::vector<double>(block.size(), 0.0),
              .width = devices + width()};
  const double device_unit = 1.0 / std::sqrt(static_cast<double>(devices - 1));
  const double feature_unit = std::sqrt(kFeatureVariance / static_cast<double>(width()));
  parallel_for(block.size(), [&](std::size_t i) {
    const auto row = std::span(read).subspan(width() * i, width());
    const auto factors = std::span(draws.factors).subspan(draws.width * i, draws.width);
    const auto known = rows_.find(block[i]);
    if (known == rows_.end()) draws.noises[i] = model_variance_;
    double& mean = draws.means[i];
    for (std::size_t device = 0; device < devices; ++device) {
      factors[device] =
          (known == rows_.end() ? models_[device].value(row)
                                : std::log(latencies_.values[devices * known->second + device])) -
          centres_[device];
      mean += factors[device] / static_cast<double>(devices);
    }
    for (double& factor : factors.first(devices)) factor = (factor - mean) * device_unit;
    for (std::size_t k = 0; k < width(); ++k) factors[devices + k] = row[k] * feature_unit;
  });
  return draws;
}

std::vector<std::size_t> KnownDevices::most_telling(std::span<const spaces::Genotype> pool,
                                                    std::size_t count) const {
  if (count > pool.size()) {
    throw PredictorError(
        fmt::format("{} architectures were asked for, of a pool of {}", count, pool.size()));
  }
  const Draws all = draws(pool);
  const std::size_t size = pool.size();
  std::vector<double> left(size * size);  // covariance that is left
  parallel_for(size, [&](std::size_t i) {
    for (std::size_t j = 0; j < size; ++j) left[size * i + j] = all.covariance(i, all, j);
  });
  std::vector<std::size_t> chosen;
  std::vector<double> gains(size);
  std::vector<double> column(size);
  while (chosen.size() < count) {
    parallel_for(size, [&](std::size_t i) {
      double squares = 0.0;
      for (std::size_t j = 0; j < size; ++j) squares += left[size * i + j] * left[size * i + j];
      gains[i] = squares / (left[size * i + i] + kLatencyNoise + all.noises[i]);
    });
    for (const std::size_t i : chosen) gains[i] = -1.0;
    const auto best = static_cast<std::size_t>(std::ranges::max_element(gains) - gains.begin());
    chosen.push_back(best);
    for (std::size_t j = 0; j < size; ++j) column[j] = left[size * best + j];
    const double variance = column[best] + kLatencyNoise + all.noises[best];
    parallel_for(size, [&](std::size_t i) {
      for (std::size_t j = 0; j < size; ++j) left[size * i + j] -= column[i] * column[j] / variance;
    });
  }
  return chosen;
}

nlohmann::json KnownDevices::state() const {
  nlohmann::json architectures = nlohmann::json::array();
  for (const spaces::Genotype& genotype : latencies_.architectures) {
    architectures.push_back(features_->view().space().format(genotype));
  }
  return {{"space", features_->key().hex()},
          {"devices", latencies_.devices},
          {"architectures", std::move(architectures)},
          {"latencies", latencies_.values}};
}

KnownDevices KnownDevices::from_state(const nlohmann::json& state,
                                      std::shared_ptr<const GraphFeatures> features) {
  check_same_space(state.at("space"), features->key());
  DeviceLatencies latencies{.devices = state.at("devices").get<std::vector<std::string>>(),
                            .architectures = {},
                            .values = state.at("latencies").get<std::vector<double>>()};
  for (const auto& text : state.at("architectures")) {
    latencies.architectures.push_back(features->view().space().parse(text.get<std::string>()));
  }
  return KnownDevices(std::move(features), std::move(latencies));
}

}  // namespace evonas::predictor
