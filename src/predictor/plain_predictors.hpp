#pragma once

#include "base/json.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// Predicts the mean of the labels for every architecture: what any other predictor must beat in
/// squared error.
class ConstantPredictor final : public Predictor {
 public:
  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override { return 2; }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void check_fitted() const;

  bool fitted_ = false;
  Prediction prediction_;
};

/// Predicts a random label for each architecture, the same one whenever it is asked: what any other
/// predictor must beat in ranking.
class RandomPredictor final : public Predictor {
 public:
  explicit RandomPredictor(spaces::AnySpace space) : space_(std::move(space)) {}

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override { return values_.size(); }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void check_fitted() const;

  spaces::AnySpace space_;
  std::uint64_t seed_ = 0;
  std::vector<double> values_;
  double deviation_ = 0.0;
};

}  // namespace evonas::predictor
