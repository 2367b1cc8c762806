#pragma once

#include <vector>

#include "predictor/predictor.hpp"
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
  std::size_t parameters() const override { return weights_.size(); }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void check_fitted() const;
  std::vector<double> costs(std::span<const spaces::Genotype> block) const;

  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  std::vector<double> centres_;  // of the costs
  std::vector<double> weights_;  // of the costs, less their centres, and last of 1
  double deviation_ = 0.0;
};

}  // namespace evonas::predictor
