#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"
#include "predictor/pretraining_options.hpp"

namespace evonas::predictor {

class FlowNetwork;

/// Networks that have learnt, without a single label, to tell from graphs their statistics and what
/// the networks that they become cost: what they have made of a graph by then is a good start for
/// predicting anything else.
/// Immutable; safe from many threads.
class PretrainedNetworks {
 public:
  /// Pre-trains on random architectures of the space, the networks beside each other on the threads
  /// of the arena that the caller is in. Throws PredictorError where `control.stop` ends it.
  PretrainedNetworks(const GraphFeatures& features, const PretrainingOptions& options,
                     const FitControl& control);
  /// Reverse of state(). Throws PredictorError or nlohmann::json::exception for anything else, such
  /// as networks of a space with other operations.
  PretrainedNetworks(const nlohmann::json& state, const GraphFeatures& features);
  ~PretrainedNetworks();

  /// The networks without what tells statistics and costs, in half precision.
  nlohmann::json state() const;

  std::span<const std::shared_ptr<FlowNetwork>> networks() const { return networks_; }
  /// What the networks make of each architecture: one after the other, as many numbers of each,
  /// those of the first network first. `features` are those that the networks were made for. On the
  /// threads of the arena that the caller is in.
  std::vector<double> embed(const GraphFeatures& features,
                            std::span<const spaces::Genotype> block) const;
  /// Mean squared error of the (standardised) statistics at the end, over the last tenth of the
  /// steps and all networks.
  double loss() const { return loss_; }

 private:
  Key space_;  // of its operations
  std::vector<std::shared_ptr<FlowNetwork>> networks_;
  double loss_ = 0.0;
};

/// The networks of a checkpoint, `place` being where its bytes are from. Throws PredictorError,
/// beginning with it.
std::shared_ptr<const PretrainedNetworks> read_pretrained(std::string_view bytes,
                                                          const std::string& place,
                                                          const GraphFeatures& features);

/// The pre-trained networks for these operations that evonas carries; nothing where it has none.
std::shared_ptr<const PretrainedNetworks> carried_networks(const GraphFeatures& features);

/// Networks from their states. Throws PredictorError or nlohmann::json::exception for anything else
/// than networks for the operations of these features with so many scores of an architecture.
std::vector<std::shared_ptr<FlowNetwork>> networks_from(const nlohmann::json& state,
                                                        const GraphFeatures& features,
                                                        std::size_t scores = 1);

}  // namespace evonas::predictor
