#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "predictor/ensemble.hpp"
#include "predictor/joint_predictor.hpp"

namespace evonas::predictor {

/// The weighted mean of several predictors of the same metrics, each fitted to rank-normal scores.
/// Predictors of different kinds err differently, so their mean ranks better than any of them. The
/// members of one that is an ensemble are members of the mixture, as an Ensemble.
class Mixture final : public JointPredictor, public Ensemble {
 public:
  struct Member {
    std::unique_ptr<JointPredictor> predictor;
    double weight = 1.0;
  };
  /// At least one member, all of as many metrics; weights are positive.
  explicit Mixture(std::vector<Member> members);

  std::size_t metrics() const override { return members_.front().predictor->metrics(); }
  /// Fits the members beside each other on the threads of the arena that the caller is in.
  void fit(LabelLists labels, const FitControl& control) override;
  void refresh(LabelLists labels, std::span<const std::size_t> known,
               const FitControl& control) override;
  std::vector<std::vector<Prediction>> predict(
      std::span<const spaces::Genotype> block) const override;
  const Ensemble* ensemble() const override { return this; }
  std::vector<double> shares() const override;
  std::vector<MemberMeans> predict_members(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void learn(LabelLists labels, const FitControl& control,
             const std::function<void(JointPredictor& member, LabelLists scored,
                                      const FitControl& own)>& learn_one);
  void check_fitted() const;
  double sum_of_weights() const;

  std::vector<Member> members_;
  std::vector<RankNormal> labels_;  ///< by metric; none before the first fit
};

}  // namespace evonas::predictor
