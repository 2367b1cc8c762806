#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/graph_features.hpp"
#include "predictor/joint_predictor.hpp"

namespace evonas::predictor {

struct DistillationOptions {
  std::int64_t pool = 5000;  ///< architectures that the teacher labels for a fit to few labels
  std::int64_t pool_of_label = 20;    ///< architectures a label, where that is more than `pool`
  std::int64_t largest_pool = 20000;  ///< however many labels there are
  double mutants = 0.25;              ///< share of the pool that are mutants of labelled ones
  std::int64_t width = 256;           ///< of the student's two hidden layers
  std::int64_t steps = 1500;          ///< of a fit with `pool`; they grow as the pool does
  std::int64_t refreshed =
      800;  ///< architectures of the pool that the teacher labels anew to refresh
  std::int64_t refresh_steps = 50;
  std::int64_t batch = 256;
  double learning_rate = 2e-3;
};

/// A slow predictor, the teacher, made fast: a small perceptron on graph features learns what the
/// teacher makes of a few thousand architectures, for which no labels are needed, and predicts in
/// its place (Hinton et al., "Distilling the knowledge in a neural network", 2015). It costs a few
/// microseconds an architecture, whatever the teacher and the graphs are. It predicts the metrics
/// that the teacher does.
class Distilled final : public JointPredictor {
 public:
  Distilled(std::shared_ptr<const GraphFeatures> features, std::unique_ptr<JointPredictor> teacher,
            const DistillationOptions& options = {});
  ~Distilled() override;

  std::size_t metrics() const override { return teacher_->metrics(); }
  void fit(LabelLists labels, const FitControl& control) override;
  void refresh(LabelLists labels, std::span<const std::size_t> known,
               const FitControl& control) override;
  std::vector<std::vector<Prediction>> predict(
      std::span<const spaces::Genotype> block) const override;
  /// Of the student and of its teacher.
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  /// Teaches a student, from scratch or starting from another, what the teacher knows by now.
  void teach(LabelLists labels, const Fitted* start, const FitControl& control);
  std::vector<spaces::Genotype> draw_pool(std::span<const spaces::Genotype> labelled,
                                          std::int64_t count, std::uint64_t seed) const;

  std::shared_ptr<const GraphFeatures> features_;
  std::unique_ptr<JointPredictor> teacher_;
  DistillationOptions options_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
