#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"
#include "predictor/ridge.hpp"

namespace evonas::predictor {

/// Latencies of the same architectures on several devices.
struct DeviceLatencies {
  std::vector<std::string> devices;
  std::vector<spaces::Genotype> architectures;
  std::vector<double> values;  ///< architectures x devices, above 0
};

/// What the latencies of known devices say of how architectures differ on a new one. The logarithm
/// of its latency, less a constant, is taken for a draw from a Gaussian process with the mean and
/// the covariance that these logarithms have over the devices, and a little variance in the
/// features of graphs, for what no known device shows.
///
/// Latencies of architectures that have none are predicted, on each device by a ridge regression on
/// the features, and on genes where their places mean the same in all architectures: devices also
/// run what the output does not depend on, which graphs as predictors read them leave out.
/// Immutable; safe from many threads.
class KnownDevices {
 public:
  /// Throws PredictorError for fewer than two devices, no architectures, a number of values that
  /// does not go with them, and values that are not above 0.
  KnownDevices(std::shared_ptr<const GraphFeatures> features, DeviceLatencies latencies);

  const DeviceLatencies& latencies() const { return latencies_; }
  const GraphFeatures& features() const { return *features_; }

  /// What the process has of some architectures.
  struct Draws {
    std::vector<double> means;    ///< by architecture
    std::vector<double> factors;  ///< architectures x `width`: covariances are their products
    std::vector<double> noises;   ///< by architecture: variance where it had to be predicted, or 0
    std::size_t width = 0;

    /// Between an architecture of these and one of others.
    double covariance(std::size_t own, const Draws& others, std::size_t other) const;
  };
  /// Uses the threads of the arena that the caller is in.
  Draws draws(std::span<const spaces::Genotype> block) const;

  /// `count` architectures of a pool that tell most of a new device when they are measured on it:
  /// each in turn leaves the least variance in the whole pool, which takes memory for the square of
  /// its size. Numbers in the pool, in that order. Throws PredictorError for a pool that is
  /// smaller.
  std::vector<std::size_t> most_telling(std::span<const spaces::Genotype> pool,
                                        std::size_t count) const;

  nlohmann::json state() const;
  /// Reverse of state(). Throws PredictorError or nlohmann::json::exception for anything else.
  static KnownDevices from_state(const nlohmann::json& state,
                                 std::shared_ptr<const GraphFeatures> features);

 private:
  /// What models read of architectures, `width()` numbers each.
  std::vector<double> numbers(std::span<const spaces::Genotype> block) const;
  std::size_t width() const { return features_->size() + gene_columns_; }
  void number_genes();
  void fit_models();

  std::shared_ptr<const GraphFeatures> features_;
  DeviceLatencies latencies_;
  std::map<spaces::Genotype, std::size_t> rows_;  // of the latencies
  /// By place in a genotype: how many values a gene has; none where genes are not read.
  std::vector<std::size_t> gene_values_;
  std::size_t gene_columns_ = 0;
  std::vector<double> centres_;    // by device: mean logarithm
  std::vector<LinearFit> models_;  // by device: of logarithms
  double model_variance_ = 0.0;    // of these models, mean over devices
};

/// Variance of the logarithm of a measured latency.
inline constexpr double kLatencyNoise = 0.05 * 0.05;

}  // namespace evonas::predictor
