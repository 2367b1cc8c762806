#include "search/novelty.hpp"

#include <utility>

namespace evonas::search {
namespace {

constexpr int kSamples = 200;
constexpr std::uint64_t kSteps = 1'000'000;

}  // namespace

Novelty::Novelty(const AlgorithmOptions& options, spaces::AnySpace space)
    : space_(std::move(space)), by_network_(options.identity == "network"), seed_(options.seed) {}

Key Novelty::identity(const spaces::Genotype& genotype) const {
  return by_network_ ? space_.key(genotype) : key_of_genes(genotype);
}

Novelty Novelty::reseeded(std::uint64_t seed) const {
  Novelty result = *this;
  result.seed_ = seed;
  result.samples_ = 0;
  return result;
}

std::optional<spaces::Genotype> Novelty::sample() {
  Rng rng(seed_, "sample", samples_++);
  for (int i = 0; i < kSamples; ++i) {
    spaces::Genotype genotype = space_.sample(rng);
    if (claim(identity(genotype))) return genotype;
  }
  return next_in_order();
}

std::optional<spaces::Genotype> Novelty::next_in_order() {
  const std::uint64_t size = space_.size().value_or(0);
  for (std::uint64_t step = 0; step < kSteps && next_index_ < size; ++step) {
    spaces::Genotype genotype = space_.at(next_index_++);
    if (claim(identity(genotype))) return genotype;
  }
  return std::nullopt;
}

}  // namespace evonas::search
