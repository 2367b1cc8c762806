#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/computing_options.hpp"
#include "predictor/explainer.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

class CarlNetwork;
class RankNormal;
struct CarlOptions;
struct Placement;

/// How CARL learns. The paper tells no figures; these are ours.
struct CarlFit {
  std::int64_t layers = 3;
  std::int64_t width = 64;
  std::int64_t epochs = 200;
  std::int64_t least_steps = 400;  ///< where so many epochs of few labels would be fewer
  std::int64_t batch = 32;
  double learning_rate = 2e-3;
  double intervention = 1.0;  ///< weight of scores with the redundant parts of other graphs
  double consistency = 0.5;   ///< weight of how far these are from the graph's own score
  double budget = 1.0;        ///< weight of (mean weight of the nodes - share)^2
  double share = 0.5;         ///< of the nodes that is to be critical
};

/// CARL as a predictor (carl_network.hpp): in every step each graph is scored as it is and with the
/// redundant part of another one in the place of its own, and both are to agree with its label and
/// with each other. So what a score rests on is in the part that the network calls critical, which
/// node_weights() tells. It reads graphs as the space has them, identities as nodes, learns
/// rank-normal scores, noisy labels weighing less, and expects no deviation.
class CarlPredictor final : public Predictor, public Explainer {
 public:
  explicit CarlPredictor(std::shared_ptr<const GraphFeatures> features, const CarlFit& options = {},
                         const ComputingOptions& computing = {});
  ~CarlPredictor() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  const Explainer* explainer() const override { return this; }
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

  std::vector<double> node_weights(const spaces::Genotype& architecture) const override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  std::unique_ptr<const Fitted> fitted_of(const RankNormal& labels, const CarlOptions& options,
                                          const std::shared_ptr<CarlNetwork>& network) const;

  std::shared_ptr<const GraphFeatures> features_;
  CarlFit options_;
  std::unique_ptr<const Placement> placement_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
