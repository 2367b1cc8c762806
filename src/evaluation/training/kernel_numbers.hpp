#pragma once

#include <bit>
#include <cstdint>

// One binary for any x86-64 machine: the loops are compiled for several instruction sets and the
// fitting version is chosen when the program is loaded.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define EVONAS_VECTOR_CLONES \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define EVONAS_VECTOR_CLONES
#endif
/// What such a version calls has to be compiled with it.
#define EVONAS_INLINE inline __attribute__((always_inline))
/// Before a short loop of fixed length whose values are to stay in registers.
#if defined(__GNUC__) && !defined(__clang__)
#define EVONAS_UNROLL _Pragma("GCC unroll 16")
#else
#define EVONAS_UNROLL
#endif

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
