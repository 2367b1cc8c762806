#include "predictor/random_architectures.hpp"

#include "base/random.hpp"

namespace evonas::predictor {

std::vector<spaces::Genotype> random_architectures(const spaces::AnySpace& space, std::size_t count,
                                                   std::uint64_t seed, std::string_view purpose) {
  std::vector<spaces::Genotype> architectures;
  architectures.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(seed, purpose, i);
    architectures.push_back(space.sample(rng));
  }
  return architectures;
}

}  // namespace evonas::predictor
