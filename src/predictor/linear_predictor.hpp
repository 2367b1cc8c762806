#pragma once

#include <vector>

#include "predictor/predictor.hpp"
#include "predictor/ridge.hpp"
#include "spaces/network_input.hpp"

namespace evonas::predictor {

/// Least squares on what networks cost: the logarithms of parameters, multiply-accumulates and
/// bytes of activations, and the number of nodes, with a little ridge. What any predictor that
/// looks at the structure must beat.
class LinearPredictor final : public Predictor {
 public:
  /// Costs are those of networks that read `input`.
  LinearPredictor(spaces::AnySpace space, const spaces::NetworkInput& input);

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override { return fitted_.weights.size() + 1; }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void check_fitted() const;
  /// One row after the other. Networks are built for it: that is what scoring takes its time for.
  std::vector<double> costs(std::span<const spaces::Genotype> block) const;
  /// What the costs of row `i` are fitted to.
  double value_of(std::span<const double> rows, std::size_t i) const;

  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  LinearFit fitted_;
  double deviation_ = 0.0;
};

}  // namespace evonas::predictor
