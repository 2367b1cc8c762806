#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "predictor/computing_options.hpp"
#include "predictor/fitting_options.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

class GraphModel;
class LabelScale;
struct NetworkTrainingOptions;
struct Placement;
struct PublishedRecipe;

/// The recipe of nar_former, nar_former_v2, nn_former, nn_former_published, graphsage or gin, with
/// what the options say instead; nothing for another name.
std::shared_ptr<const PublishedRecipe> published_recipe(const std::string& name,
                                                        const FittingOptions& options = {});

/// A published model as a predictor, which reads graphs and learns labels as its recipe says
/// (published_recipe.hpp), noisy ones weighing less (label_noise.hpp). It expects no deviation.
class PublishedPredictor final : public Predictor {
 public:
  PublishedPredictor(std::shared_ptr<const GraphFeatures> features,
                     std::shared_ptr<const PublishedRecipe> recipe,
                     const ComputingOptions& computing = {});
  ~PublishedPredictor() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  /// Trains the fitted model on for some steps, with all labels.
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
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
  void learn(std::span<const Label> labels, const Fitted* start,
             const NetworkTrainingOptions& training, const FitControl& control);
  std::vector<Prediction> predictions(const Fitted& known, const Placement& placement,
                                      std::span<const spaces::Genotype> block) const;

  std::shared_ptr<const GraphFeatures> features_;
  std::shared_ptr<const PublishedRecipe> recipe_;
  std::unique_ptr<const Placement> placement_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
