#pragma once

#include <vector>

#include "spaces/genotype.hpp"

namespace evonas::predictor {

/// A predictor that tells what in an architecture its predictions rest on.
class Explainer {
 public:
  virtual ~Explainer() = default;

  /// How critical each node of the graph is that it reads of an architecture
  /// (ArchitectureView::graph()), from 0 to 1; those above one half are the critical part. Safe
  /// from many threads. Throws PredictorError before the first fit.
  virtual std::vector<double> node_weights(const spaces::Genotype& architecture) const = 0;
};

}  // namespace evonas::predictor
