#pragma once

#include <memory>
#include <vector>

#include "predictor/ensemble.hpp"
#include "predictor/path_code.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// The predictor of BANANAS (White, Neiswanger, Savani, "BANANAS: Bayesian optimization with neural
/// architectures for neural architecture search", AAAI 2021): the mean and the standard deviation
/// of five small networks, ten hidden layers of 20 units each, that read paths (path_code.hpp) and
/// start from random weights at every fit. Adam with a learning rate of 0.01, 150 epochs of batches
/// of 32.
///
/// The networks are fitted to rank-normal scores (rank_normal.hpp) by the mean absolute error,
/// in which noisy labels weigh less (label_noise.hpp). The paper weighs the absolute error of each
/// label by how close it is to a lower bound of all validation errors, so that the best weigh most.
/// That takes a bound that is known beforehand and a metric to be minimised; a predictor here knows
/// neither, and scores spread the best labels as well.
class PathNetworks final : public Predictor, public Ensemble {
 public:
  explicit PathNetworks(std::shared_ptr<const PathCode> paths);
  ~PathNetworks() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  const Ensemble* ensemble() const override { return this; }
  std::vector<double> shares() const override;
  std::vector<MemberMeans> predict_members(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;

  std::shared_ptr<const PathCode> paths_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
