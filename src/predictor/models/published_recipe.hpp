#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "predictor/models/graph_model.hpp"
#include "predictor/models/network_training.hpp"

namespace evonas::predictor {

/// A published model and how its authors train it (see the headers of the models).
struct PublishedRecipe {
  std::string model;  ///< "nn_former"
  /// A new model with room for graphs of so many operations and nodes.
  std::function<std::shared_ptr<GraphModel>(std::int64_t operations, std::int64_t nodes,
                                            std::uint64_t seed)>
      make;
  NetworkTrainingOptions training;

  /// NAR-Former: 6,000 epochs, squared error, permuted pairs, another order of each graph.
  static PublishedRecipe nar_former();
  /// NAR-Former V2: 1,000 epochs, squared error relative to the label, permuted pairs, another
  /// order of each graph.
  static PublishedRecipe nar_former_v2();
  /// NN-Former: 3,000 epochs, squared error, permuted pairs, each graph twice under dropout.
  static PublishedRecipe nn_former();
};

}  // namespace evonas::predictor
