#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "predictor/graph_colours.hpp"
#include "predictor/models/colour_products.hpp"
#include "predictor/models/gaussian_process.hpp"
#include "predictor/models/kernel_scales.hpp"

namespace evonas::predictor {

/// What a fit leaves behind.
struct GaussianProcess::Fitted {
  RankNormal labels;
  KernelScales scales;
  std::int64_t learnt_from;  ///< how many labels there were when the scales were learnt
  KernelLabels known;        ///< without products
  std::vector<spaces::Genotype> genotypes;  ///< of the labels; needed where colours are read
  std::vector<double> rounds;               ///< weights of rounds of colours
  ColourIndex index;                        ///< colours of the labels
  torch::Tensor scaled;                     ///< rows times the features' weights
  torch::Tensor lower;                      ///< Cholesky factor of the labels' covariance
  torch::Tensor weights;                    ///< labels x 1: covariance^-1 times scores

  /// `colours` are those of the genotypes.
  Fitted(RankNormal transform, KernelScales learnt, std::int64_t label_count, KernelLabels data,
         std::vector<spaces::Genotype> architectures, std::span<const ColourHistograms> colours)
      : labels(std::move(transform)),
        scales(std::move(learnt)),
        learnt_from(label_count),
        known(std::move(data)),
        genotypes(std::move(architectures)),
        rounds(scales.weights_of_rounds()),
        index(colours),
        scaled(scales.scaled(known.rows)),
        lower(scales.factor(known, coloured(colours))),
        weights(torch::cholesky_solve(known.scores, lower)) {}

  /// What colours add to the kernel of architectures with the labels; undefined where they are not
  /// read.
  torch::Tensor coloured(std::span<const ColourHistograms> colours) const {
    return scales.reads_colours ? products_of(colours, index, rounds) : torch::Tensor();
  }
};

}  // namespace evonas::predictor
