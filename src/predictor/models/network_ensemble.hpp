#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "predictor/ensemble.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/joint_predictor.hpp"
#include "predictor/models/pretrained_networks.hpp"
#include "predictor/network_options.hpp"

namespace evonas::predictor {

class FlowNetwork;
struct NetworkTrainingOptions;
struct Placement;

/// The mean of several pre-trained networks (flow_network.hpp), each fine-tuned to rank-normal
/// scores of the labels in an order of its own; noisy labels weigh less (label_noise.hpp). Of
/// several metrics each network has a score, and all learn what comes before the scores.
class NetworkEnsemble final : public JointPredictor, public Ensemble {
 public:
  /// Yields the networks that fits start from; asked by each fit.
  using Pretraining =
      std::function<std::shared_ptr<const PretrainedNetworks>(const FitControl& control)>;

  /// Of `options`, the number of epochs is left out.
  NetworkEnsemble(std::shared_ptr<const GraphFeatures> features, Pretraining pretraining,
                  const NetworkOptions& options = {}, std::size_t metrics = 1);
  ~NetworkEnsemble() override;

  std::size_t metrics() const override { return metrics_; }
  void fit(LabelLists labels, const FitControl& control) override;
  /// Trains the fitted networks on for some steps, with all labels.
  void refresh(LabelLists labels, std::span<const std::size_t> known,
               const FitControl& control) override;
  std::vector<std::vector<Prediction>> predict(
      std::span<const spaces::Genotype> block) const override;
  const Ensemble* ensemble() const override { return this; }
  std::vector<double> shares() const override;
  std::vector<MemberMeans> predict_members(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  /// By architecture, network and metric.
  std::vector<float> scores_of(const Fitted& known, const Placement& placement,
                               std::span<const spaces::Genotype> block) const;
  std::vector<std::vector<Prediction>> predictions(const Fitted& known, const Placement& placement,
                                                   std::span<const spaces::Genotype> block) const;
  void learn(LabelLists labels, std::span<const std::shared_ptr<FlowNetwork>> start,
             const NetworkTrainingOptions& options, const FitControl& control);

  std::shared_ptr<const GraphFeatures> features_;
  Pretraining pretraining_;
  FittingOptions fitting_;
  std::unique_ptr<const Placement> placement_;
  std::size_t metrics_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
