#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

struct PretrainingOptions {
  std::int64_t networks = 3;
  std::int64_t layers = 3;
  std::int64_t width = 64;
  std::int64_t graphs = 6000;  ///< random architectures to learn from
  std::int64_t steps = 1500;
  std::int64_t batch = 256;
  double learning_rate = 2e-3;
};

/// Networks that have learnt, without a single label, to tell the statistics of graphs from the
/// graphs: what they have made of a graph by then is a good start for predicting anything else.
/// Immutable; safe from many threads.
class PretrainedNetworks {
 public:
  /// Pre-trains on random architectures of the space, the networks beside each other on the threads
  /// of the arena that the caller is in. Throws PredictorError where `control.stop` ends it.
  PretrainedNetworks(const spaces::AnySpace& space, const GraphFeatures& features,
                     const PretrainingOptions& options, const FitControl& control);
  ~PretrainedNetworks();

  /// Mean squared error of the (standardised) statistics at the end, over the last tenth of the
  /// steps and all networks.
  double loss() const;

 private:
  friend class NetworkEnsemble;
  struct State;
  std::unique_ptr<const State> state_;
};

/// The mean of several pre-trained networks (flow_network.hpp), each fine-tuned to rank-normal
/// scores of the labels in an order of its own.
class NetworkEnsemble final : public Predictor {
 public:
  explicit NetworkEnsemble(std::shared_ptr<const PretrainedNetworks> pretrained);
  ~NetworkEnsemble() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;

 private:
  struct Fitted;

  std::shared_ptr<const PretrainedNetworks> pretrained_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
