#pragma once

// One binary for any x86-64 machine: loops are compiled for several instruction sets and the
// fitting version is chosen when the program is loaded, before sanitizers are ready for that.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
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
