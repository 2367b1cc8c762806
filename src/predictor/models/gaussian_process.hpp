#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "predictor/graph_colours.hpp"
#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"
#include "predictor/rank_normal.hpp"

namespace evonas::predictor {

/// What a Gaussian process compares architectures by.
enum class GraphKernel {
  Matern,            ///< features of graphs
  WeisfeilerLehman,  ///< colours of nodes (graph_colours.hpp)
  Both,              ///< the sum
};

struct GaussianProcessOptions {
  GraphKernel kernel = GraphKernel::Matern;
  /// Of colours, the first being the operations alone.
  std::int64_t rounds = 4;
  std::int64_t steps = 120;     ///< of Adam, on the kernel's scales
  double learning_rate = 0.05;  ///< of Adam
  /// How strongly the length scales of single features are held to their common one: the weight of
  /// their squared logarithms.
  double relevance_prior = 3.0;
  /// Scales are learnt from at most so many labels, drawn at random; all labels are used to
  /// predict.
  std::int64_t most_for_scales = 600;
};

struct KernelLabels;

/// A Gaussian process on graph features (Rasmussen and Williams, "Gaussian processes for machine
/// learning", 2006) with a Matern kernel of smoothness 5/2 and a length scale for each feature, and
/// a linear kernel on the numbers of operations, which says where to go on from the labels there
/// are. In their place, or added to them, stand products of histograms of colours (the kernel of
/// Weisfeiler and Lehman), those of each round with a variance of their own. All scales are those
/// that make the labels most likely. Labels are fitted as rank-normal
/// scores, whose variance is what is known of each label's noise (known_noises()) and a learnt
/// rest.
///
/// Fits on one thread, in time that grows with the cube of the number of labels.
class GaussianProcess final : public Predictor {
 public:
  explicit GaussianProcess(std::shared_ptr<const GraphFeatures> features,
                           const GaussianProcessOptions& options = {});
  ~GaussianProcess() override;

  void fit(std::span<const Label> labels, const FitControl& control) override;
  /// Keeps the scales of the kernel, which need far more time than the rest.
  void refresh(std::span<const Label> labels, std::size_t known,
               const FitControl& control) override;
  bool refreshes_at_once() const override { return true; }
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override;
  std::size_t parameters() const override;
  double multiply_accumulates(std::size_t nodes) const override;
  nlohmann::json state() const override;
  void restore(const nlohmann::json& state) override;

  /// The weight of each feature, the inverse of its length scale; none where the kernel reads no
  /// features. Throws PredictorError before the first fit.
  std::vector<double> relevance() const;

 private:
  struct Fitted;
  const Fitted& fitted() const;
  /// How many features the kernel reads.
  std::size_t width() const;
  /// width() numbers an architecture.
  std::vector<double> features(std::span<const spaces::Genotype> block) const;
  /// None where the kernel does not read them.
  std::vector<ColourHistograms> colours(std::span<const spaces::Genotype> block) const;
  KernelLabels known_labels(const RankedLabels& ranked) const;

  std::shared_ptr<const GraphFeatures> features_;
  GaussianProcessOptions options_;
  std::unique_ptr<const Fitted> fitted_;
};

}  // namespace evonas::predictor
