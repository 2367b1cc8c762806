#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "spaces/genotype.hpp"

namespace evonas::report {

/// How much of the differences between architectures each gene explains.
struct GeneShares {
  /// For each gene the variance of its effects over the architectures, as a share of that of the
  /// values. Where genes occur together more often than by chance, the sum is not the whole.
  std::vector<double> shares;
  /// Share of the variance that the model explains of architectures it was not fitted to, at least
  /// 0: where it is small, the shares mean little.
  double explained = 0.0;
};

/// The main effects of an additive model (a value is a sum of one effect a gene, whatever the other
/// genes are), which unlike averages over each value of a gene do not take what a gene does for
/// what another does that comes along with it. Effects are found by backfitting (Buja, Hastie and
/// Tibshirani, "Linear smoothers and additive models", Annals of Statistics 17, 1989) with a ridge
/// penalty, as if every value of a gene had been seen some more times without effect; how often
/// minimises the error in five-fold cross-validation. The variance of a main effect is its term of
/// a functional analysis of variance (Hutter, Hoos and Leyton-Brown, "An efficient approach for
/// assessing hyperparameter importance", ICML 2014).
///
/// `genotypes` are of one length, and `values` one for each; at least 5. Deterministic.
GeneShares gene_shares(std::span<const spaces::Genotype> genotypes, std::span<const double> values);

}  // namespace evonas::report
