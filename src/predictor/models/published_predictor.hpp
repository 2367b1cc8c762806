#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "predictor/computing_options.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

class GraphModel;
class LabelScale;
struct Placement;
struct PublishedRecipe;

/// The recipe of nar_former, nar_former_v2, nn_former, graphsage or gin, with another number of
/// epochs unless that is 0; nothing for another name.
std::shared_ptr<const PublishedRecipe> published_recipe(const std::string& name,
                                                        std::int64_t epochs);

/// A published model as a predictor, which reads graphs and learns labels as its recipe says
/// (published_recipe.hpp), noisy ones weighing less (label_noise.hpp). It expects no deviation.
class PublishedPredictor final : public Predictor {
 public:
  PublishedPredictor(std::shared_ptr<const GraphFeatures> features,
                     std::shared_ptr<const PublishedRecipe> recipe,
                     const ComputingOptions& computing = {});
  ~PublishedPredictor() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  /// With random weights, for graphs of so many nodes.
  std::shared_ptr<GraphModel> new_model(std::int64_t nodes, std::uint64_t seed) const;
  std::unique_ptr<const Fitted> fitted_of(const LabelScale& scale, std::int64_t nodes,
                                          const std::shared_ptr<GraphModel>& model) const;

  std::shared_ptr<const GraphFeatures> features_;
  std::shared_ptr<const PublishedRecipe> recipe_;
  std::unique_ptr<const Placement> placement_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
