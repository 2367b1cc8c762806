#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "predictor/graph_block.hpp"
#include "predictor/label_scale.hpp"
#include "predictor/models/graph_model.hpp"
#include "predictor/models/network_training.hpp"

namespace evonas::predictor {

/// A published model and how it is trained (see the headers of the models). Those that were
/// published as predictors of architectures are trained as their authors do: they read cells with
/// identities as nodes (the released codes of NAR-Former and its successor keep `none` nodes of
/// NAS-Bench-201 as well) and learn labels divided by the largest.
struct PublishedRecipe {
  std::string model;  ///< "nn_former"
  /// A new model with room for graphs of so many operations and nodes.
  std::function<std::shared_ptr<GraphModel>(std::int64_t operations, std::int64_t nodes,
                                            std::uint64_t seed)>
      make;
  Identities identities = Identities::Kept;
  LabelScale::Kind labels = LabelScale::Kind::LargestIsOne;
  NetworkTrainingOptions training;

  /// NAR-Former: 6,000 epochs, squared error, permuted pairs, another order of each graph.
  static PublishedRecipe nar_former();
  /// NAR-Former V2: 1,000 epochs, squared error relative to the label, permuted pairs, another
  /// order of each graph.
  static PublishedRecipe nar_former_v2();
  /// NN-Former: 3,000 epochs, squared error, permuted pairs, each graph twice under dropout.
  /// Siblings are what the paper says.
  static PublishedRecipe nn_former();
  /// The same with siblings as the released code has them (NnFormerOptions::tokens_make_siblings).
  static PublishedRecipe nn_former_published();
  /// GraphSAGE and GIN on graphs whose identities are contracted, so that equal networks are equal
  /// graphs: 300 epochs, squared error and logistic loss of pairs, both of rank-normal scores.
  static PublishedRecipe graphsage();
  static PublishedRecipe gin();
};

}  // namespace evonas::predictor
