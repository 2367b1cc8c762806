#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

/// The weighted mean of several predictors, each fitted to rank-normal scores. Predictors of
/// different kinds err differently, so their mean ranks better than any of them.
class Mixture final : public Predictor {
 public:
  struct Member {
    std::unique_ptr<Predictor> predictor;
    double weight = 1.0;
  };
  /// At least one member; weights are positive.
  explicit Mixture(std::vector<Member> members);

  /// Fits the members beside each other on the threads of the arena that the caller is in.
  void fit(std::span<const Label> labels, const FitControl& control) override;
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  void learn(std::span<const Label> labels, const FitControl& control,
             const std::function<void(Predictor& member, std::span<const Label> scored,
                                      const FitControl& own)>& learn_one);
  void check_fitted() const;

  std::vector<Member> members_;
  std::unique_ptr<const RankNormal> labels_;
};

}  // namespace evonas::predictor
