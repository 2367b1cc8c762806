#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "predictor/models/graph_model.hpp"
#include "predictor/models/network_batch.hpp"
#include "predictor/models/network_training.hpp"

namespace evonas::predictor {

/// A model of whole networks and how it is trained (see the headers of the models): to make squared
/// errors relative to the label small, which are divided by their geometric mean.
struct NetworkRecipe {
  std::string model;  ///< "nnlp"
  NodeNumbers numbers = NodeNumbers::Logarithms;
  /// A new model for so many operators, and typical networks of so many nodes.
  std::function<std::shared_ptr<GraphModel>(std::int64_t operators, std::int64_t nodes,
                                            std::uint64_t seed)>
      make;
  NetworkTrainingOptions training;
  /// Share of the labels that are not learnt from, but tell how far off predictions are; 0: nothing
  /// tells. Where that is fewer than five labels, it is as if it were 0.
  double told_apart = 0.0;

  /// NNLP: 50 epochs of batches of 16 at a rate of 1e-3.
  static NetworkRecipe nnlp();
  /// Costs of nodes, added up: 100 epochs at a falling rate of 3e-3; a tenth of the labels tell how
  /// far off it is.
  static NetworkRecipe node_costs();
  /// NAR-Former V2 in its setting for whole networks: 50 epochs of batches of 16, linear decay from
  /// 1e-3.
  static NetworkRecipe nar_former_v2();
  /// NN-Former with two layers and siblings as the paper says, trained as NAR-Former V2; how its
  /// authors train it for latency is not published.
  static NetworkRecipe nn_former();
};

}  // namespace evonas::predictor
