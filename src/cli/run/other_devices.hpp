#pragma once

#include <map>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/predictor.hpp"
#include "predictor/predictor_benchmark.hpp"

namespace evonas::cli {

/// What is known of a new device without any measurement on it, to compare predictors with: an
/// architecture (of DeviceSpace) has the mean of its ranks on all other devices but those alike,
/// and the mean of what they have at that rank. It knows all measurements on these, and learns
/// nothing; an architecture that none of them has is in the middle. Immutable; safe from many
/// threads.
class OtherDevices final : public predictor::Predictor {
 public:
  /// What results call it.
  static constexpr const char* kName = "mean rank on other devices";

  /// `data` has devices as groups, at least two, and `alike`.
  explicit OtherDevices(const predictor::BenchmarkData& data);

  void fit(std::span<const predictor::Label> labels, const predictor::FitControl& control) override;
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override;
  /// Throws PredictorError: it is for comparisons alone.
  void restore(const nlohmann::json& state) override;

 private:
  struct Column {
    std::map<spaces::Genotype, double> ranks;  // by architecture, from 0 to 1
    std::vector<double> values;                // ascending
  };
  double expected(const spaces::Genotype& genotype) const;

  std::vector<Column> columns_;                   // by device
  std::vector<std::vector<std::size_t>> others_;  // by device, those that tell of it
};

}  // namespace evonas::cli
