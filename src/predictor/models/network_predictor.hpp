#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "predictor/computing_options.hpp"
#include "predictor/network_graph.hpp"
#include "predictor/predictor.hpp"
#include "spaces/network_input.hpp"

namespace evonas::predictor {

struct NetworkRecipe;
struct Placement;

/// The recipe of a model of whole networks: nnlp or node_costs, or, of those models that are for
/// cells too, nar_former_v2 or nn_former; with another number of epochs unless that is 0. Nothing
/// for another name.
std::shared_ptr<const NetworkRecipe> network_recipe(const std::string& name, std::int64_t epochs);

/// A model of whole networks as a predictor, which learns labels as its recipe says
/// (network_recipe.hpp), noisy ones weighing less (label_noise.hpp). What it has learnt can be
/// restored for another space: it reads operators and what they cost, not architectures.
class NetworkPredictor final : public Predictor {
 public:
  /// Networks are those that read `input`.
  NetworkPredictor(spaces::AnySpace space, const spaces::NetworkInput& input,
                   std::shared_ptr<const NetworkRecipe> recipe,
                   const ComputingOptions& computing = {});
  ~NetworkPredictor() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  /// Makes it what predictions come from, its model on every device.
  void place(std::unique_ptr<Fitted> fitted);

  spaces::AnySpace space_;
  spaces::NetworkInput input_;
  std::shared_ptr<const NetworkRecipe> recipe_;
  std::unique_ptr<const Placement> placement_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
