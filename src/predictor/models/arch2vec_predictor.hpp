#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "predictor/graph_features.hpp"
#include "predictor/models/arch2vec.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// arch2vec as a predictor: where its embedding, which no fit changes, puts an architecture, says
/// by a DNGO head (dngo_head.hpp) what is to be expected of it. Labels are fitted as rank-normal
/// scores; noisy ones weigh less (label_noise.hpp).
class Arch2VecPredictor final : public Predictor {
 public:
  /// Yields the embedding; asked by each fit.
  using Pretraining = std::function<std::shared_ptr<const Arch2Vec>(const FitControl& control)>;

  Arch2VecPredictor(std::shared_ptr<const GraphFeatures> features, Pretraining pretraining);
  ~Arch2VecPredictor() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;

  std::shared_ptr<const GraphFeatures> features_;
  Pretraining pretraining_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
