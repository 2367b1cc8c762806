#include "search/guided/batch_spacing.hpp"

#include <algorithm>
#include <limits>

#include "spaces/differing_genes.hpp"

namespace evonas::search {

BatchSpacing::BatchSpacing(std::span<const GuidedCandidate> candidates,
                           std::span<const spaces::Genotype> taken, std::size_t distance)
    : candidates_(candidates),
      wanted_(distance),
      nearest_(candidates.size(), std::numeric_limits<std::size_t>::max()) {
  for (const GuidedCandidate& candidate : candidates) {
    is_left_.push_back(!candidate.individual.failed());
    left_ += is_left_.back() ? 1U : 0U;
  }
  for (const spaces::Genotype& genotype : taken) keep_from(genotype);
  relax();
}

void BatchSpacing::take(std::size_t candidate) {
  left_ -= is_left_[candidate] ? 1U : 0U;
  is_left_[candidate] = false;
  keep_from(candidates_[candidate].individual.genotype);
  relax();
}

void BatchSpacing::keep_from(const spaces::Genotype& taken) {
  if (wanted_ <= 1) return;
  for (std::size_t i = 0; i < nearest_.size(); ++i) {
    nearest_[i] =
        std::min(nearest_[i], spaces::differing_genes(candidates_[i].individual.genotype, taken));
  }
}

void BatchSpacing::relax() {
  std::size_t furthest = 0;
  for (std::size_t i = 0; i < nearest_.size(); ++i) {
    if (is_left_[i]) furthest = std::max(furthest, nearest_[i]);
  }
  distance_ = wanted_ <= 1 ? 0 : std::min(wanted_, furthest);
}

}  // namespace evonas::search
