#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/report_data.hpp"

namespace evonas::report {

/// What each gene matters to an objective.
struct GeneImportance {
  std::string metric;
  std::vector<std::string> genes;  ///< names, in the order of the genotype
  std::vector<double> shares;      ///< of the variance, one for each gene
  /// Of an additive model of the evaluated architectures (gene_shares()): how many they are, and
  /// how much it explains of what it was not fitted to. Nothing where the shares are those of the
  /// predictor that guided the search (search::permutation_importance()).
  std::optional<std::size_t> evaluations;
  std::optional<double> explained;
};

/// Of each objective of which enough is known, in their order: by the search's own predictor where
/// it had one of the metric, else by an additive model. Values count as rank-normal scores, in
/// which a few useless networks do not outweigh all others.
std::vector<GeneImportance> gene_importance(const Run& run);

}  // namespace evonas::report
