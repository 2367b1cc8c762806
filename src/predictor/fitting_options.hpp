#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fields.hpp"
#include "predictor/loss_terms.hpp"

namespace evonas::predictor {

/// How networks learn scores, where that is to differ from their own recipes. What is not given is
/// as the recipe says.
struct FittingOptions {
  std::int64_t epochs = 0;  ///< of published models, carl and cg alone; 0: those of the recipe
  std::string losses;       ///< see parse_losses(); empty: those of the recipe
  std::optional<double> average;
  std::optional<double> validation;
  std::optional<std::int64_t> patience;
  std::optional<std::string> twin;
  std::optional<double> consistency;

  /// Whether anything but the number of epochs differs from the recipes.
  bool change_recipes() const {
    return !losses.empty() || average || validation || patience || twin || consistency;
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("epochs", epochs,
          "epochs of published models, instead of those of their recipes, which are thousands for "
          "most; 0 is those",
          between(0, 1e8));
    visit("losses", losses,
          "what networks are trained to make small instead of what their recipes say: "
          "squared_error=0.5+pairwise_logistic=0.5, or another list with weights of squared_error, "
          "relative_squared_error (of labels above 0), permuted_pairs, pairwise_logistic, "
          "pairwise_hinge, list_mle and gaussian_nll",
          checked(losses_fault));
    visit("average", average,
          "decay a step of the moving average of the weights that a network keeps; 0 keeps the "
          "last weights (default: as the recipe says)",
          between(0, 0.999999));
    visit("validation", validation,
          "share of the labels that a network does not learn from: by their loss training ends in "
          "time, and the best weights are kept; 0 is none (default: as the recipe says)",
          between(0, 0.9));
    visit("patience", patience,
          "with validation: epochs in a row without a least loss after which training ends "
          "(default: as the recipe says)",
          between(1, 1e8));
    visit("twin", twin,
          "what a network scores beside each graph, to be taught that both scores are equal: the "
          "same graph under another dropout, or in another topological order (default: as the "
          "recipe says)",
          one_of({"none", "same", "another_order"}));
    visit("consistency", consistency,
          "weight of the mean absolute difference of both scores (default: as the recipe says)",
          between(0, 1e6));
  }
};

}  // namespace evonas::predictor
