#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

struct DistillationOptions {
  std::int64_t pool = 5000;   ///< architectures that the teacher labels, those of a fit included
  double mutants = 0.25;      ///< share of them that are mutants of labelled ones
  std::int64_t width = 256;   ///< of the student's two hidden layers
  std::int64_t steps = 1500;  ///< of a fit
  std::int64_t refreshed =
      800;  ///< architectures of the pool that the teacher labels anew to refresh
  std::int64_t refresh_steps = 100;
  std::int64_t batch = 256;
  double learning_rate = 2e-3;
};

/// A slow predictor, the teacher, made fast: a small perceptron on graph features learns what the
/// teacher makes of a few thousand architectures, for which no labels are needed, and predicts in
/// its place (Hinton et al., "Distilling the knowledge in a neural network", 2015). It costs a few
/// microseconds an architecture, whatever the teacher and the graphs are.
class Distilled final : public Predictor {
 public:
  Distilled(std::shared_ptr<const GraphFeatures> features, std::unique_ptr<Predictor> teacher,
            const DistillationOptions& options = {});
  ~Distilled() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  /// Of the student and of its teacher.
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  /// Teaches a student, from scratch or starting from another, what the teacher knows by now.
  void teach(std::span<const Label> labels, std::int64_t pool, std::int64_t steps,
             const Fitted* start, const FitControl& control);
  std::vector<spaces::Genotype> draw_pool(std::span<const Label> labels, std::int64_t count,
                                          std::uint64_t seed) const;

  std::shared_ptr<const GraphFeatures> features_;
  std::unique_ptr<Predictor> teacher_;
  DistillationOptions options_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
