#include "predictor/dropout_factors.hpp"

#include <cmath>
#include <cstddef>

#include "base/random.hpp"
#include "base/vector_clones.hpp"

namespace evonas::predictor {
namespace {

/// A hash of the key and the place decides (of Chris Wellons' search for good ones of 32 bits, with
/// a key of 64). It needs no state, so that eight places and more are computed at once: LibTorch's
/// generator takes a sixth of the time of a whole training step.
EVONAS_VECTOR_CLONES
void draw(float* factors, std::size_t count, std::uint64_t key, std::uint32_t last_kept,
          float kept) {
  const auto low = static_cast<std::uint32_t>(key);
  const auto high = static_cast<std::uint32_t>(key >> 32);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t hash = static_cast<std::uint32_t>(i) ^ low;
    hash ^= hash >> 16;
    hash *= 0x7feb352dU;
    hash ^= (hash >> 15) ^ high;
    hash *= 0x846ca68bU;
    hash ^= hash >> 16;
    factors[i] = hash <= last_kept ? kept : 0.0F;
  }
}

}  // namespace

void draw_dropout_factors(std::span<float> factors, double keep, std::uint64_t key) {
  // Its halves are used as they are: keys that differ little are to differ in both.
  const std::uint64_t mixed = derive_seed(key, "dropout", 0);
  draw(factors.data(), factors.size(), mixed,
       static_cast<std::uint32_t>(std::ldexp(keep, 32) - 1.0), static_cast<float>(1.0 / keep));
}

}  // namespace evonas::predictor
