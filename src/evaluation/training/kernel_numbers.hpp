#pragma once

#include <bit>
#include <cstdint>

#include "base/vector_clones.hpp"

namespace evonas::evaluation::kernels {

/// bfloat16 as it lies in memory.
struct BFloat16 {
  std::uint16_t bits;
};

EVONAS_INLINE float load(float value) { return value; }
EVONAS_INLINE float load(BFloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}
EVONAS_INLINE void store(float& target, float value) { target = value; }
/// Rounds to nearest even.
EVONAS_INLINE void store(BFloat16& target, float value) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  bits += 0x7fffU + ((bits >> 16) & 1U);
  target.bits = static_cast<std::uint16_t>(bits >> 16);
}

}  // namespace evonas::evaluation::kernels
