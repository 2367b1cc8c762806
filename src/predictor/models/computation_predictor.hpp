#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "predictor/models/computation_start.hpp"
#include "predictor/predictor.hpp"
#include "predictor/space_graphs.hpp"

namespace evonas::predictor {

/// How `cg` learns the labels of a space.
struct ComputationFit {
  std::int64_t layers = 4;  ///< of a network that starts from nothing
  std::int64_t width = 64;
  std::int64_t epochs = 60;
  std::int64_t least_steps = 300;  ///< where so many epochs of few labels would be fewer
  std::int64_t batch = 32;
  double learning_rate = 2e-3;
};

/// The computation-graph predictor, `cg`: a network on the primitive operations of whole networks,
/// whatever space they are from (computation_network.hpp; Mills et al., "GENNAPE", AAAI 2023). A
/// fit trains all of it on rank-normal scores, from what it has learnt of other spaces where it is
/// given that, and from random weights otherwise. It expects no deviation; noisy labels weigh less.
class ComputationPredictor final : public Predictor {
 public:
  /// Yields what fits start from, or nothing; asked by each fit. May be empty.
  using Start = std::function<std::shared_ptr<const ComputationStart>(const FitControl& control)>;

  ComputationPredictor(std::shared_ptr<const SpaceGraphs> space, Start start,
                       const ComputationFit& options = {});
  ~ComputationPredictor() override;

  /// As Predictor::fit(). No labels are no error where the start has learnt labels of other spaces:
  /// then it predicts its scores, which rank but have no unit.
  void fit(std::span<const Label> labels, const FitControl& control) override;
  /// Trains the fitted network on for some steps, with all labels.
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  /// Takes the state of a ComputationStart with labels as well.
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  void learn(std::span<const Label> labels, std::shared_ptr<ComputationNetwork> network,
             const ComputationFit& options, const FitControl& control);
  std::vector<Prediction> predictions(const Fitted& known,
                                      std::span<const spaces::Genotype> block) const;

  std::shared_ptr<const SpaceGraphs> space_;
  Start start_;
  ComputationFit options_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
