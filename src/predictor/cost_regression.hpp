#pragma once

#include <optional>
#include <vector>

#include "predictor/label_scale.hpp"
#include "predictor/predictor.hpp"
#include "predictor/ridge.hpp"
#include "spaces/network_input.hpp"

namespace evonas::predictor {

/// A power of what networks cost, fitted to logarithms, so that relative errors count: what models
/// of latency must beat. Labels at or below zero are shifted (LabelScale::Kind::LargestIsOne).
class CostRegression final : public Predictor {
 public:
  enum class Costs {
    Flops,           ///< multiply-accumulates
    FlopsAndMemory,  ///< and the elements that are written, with the parameters that are read
  };

  /// Costs are those of networks that read `input`.
  CostRegression(spaces::AnySpace space, const spaces::NetworkInput& input, Costs costs);

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override { return fitted_.weights.size() + 1; }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void check_fitted() const;
  std::size_t width() const { return costs_ == Costs::Flops ? 1 : 2; }
  std::vector<double> rows(std::span<const spaces::Genotype> block) const;

  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  Costs costs_;
  std::optional<LabelScale> scale_;  // set by a fit
  LinearFit fitted_;
  double deviation_ = 0.0;  // of logarithms
};

}  // namespace evonas::predictor
