#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

struct TreesOptions {
  std::int64_t folds =
      5;  ///< forests, each without one part of the labels; one where labels are few
  std::int64_t rounds = 300;
  std::int64_t depth = 5;
  double learning_rate = 0.05;
  double rows = 0.8;          ///< share of labels that a tree sees
  double columns = 0.4;       ///< share of features that a tree sees
  double least_weight = 2.0;  ///< labels in a leaf, at least
};

/// Gradient-boosted trees (Chen and Guestrin, "XGBoost: a scalable tree boosting system", KDD 2016)
/// on graph features, fitted to rank-normal scores: the mean of one forest a fold. What a forest
/// gets wrong in the fold that it has not seen, and how far the forests are apart, is the expected
/// deviation. Both weigh noisy labels less (label_noise.hpp).
class Trees final : public Predictor {
 public:
  explicit Trees(std::shared_ptr<const GraphFeatures> features, const TreesOptions& options = {});
  ~Trees() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;

  std::vector<Prediction> predict_rows(std::span<const float> rows) const;

  std::shared_ptr<const GraphFeatures> features_;
  TreesOptions options_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
