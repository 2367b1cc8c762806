#pragma once

#include <cstdint>
#include <span>

#include "evaluation/training/kernel_numbers.hpp"

namespace evonas::evaluation::kernels {

/// Passes over activations that training spends its time on besides convolutions, fused.
/// Activations lie as pixels x channels (channels-last, all images one after the other) in float32
/// or bfloat16; sums and statistics are float32. Every function is pure, single-threaded and
/// repeatable on one machine.

struct Extent {
  std::int64_t pixels = 0;
  std::int64_t channels = 0;
};

/// Mean and biased variance of each channel.
void channel_moments(const float* values, Extent extent, float* mean, float* variance);
void channel_moments(const BFloat16* values, Extent extent, float* mean, float* variance);

/// A summand `scale * values + shift`, scale and shift by channel; nullptr stands for 1 and 0.
template <class T>
struct Term {
  const T* values = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;
};

/// sum = the terms added up, rectified = max(sum, 0); either result may be nullptr.
void affine_sum(std::span<const Term<float>> terms, Extent extent, float* sum, float* rectified);
void affine_sum(std::span<const Term<BFloat16>> terms, Extent extent, BFloat16* sum,
                BFloat16* rectified);

/// Gradient of a sum that is read as it is (`direct`) and rectified (`through_relu`, with the
/// rectified values); either may be nullptr. Writes gradient = direct + through_relu where
/// rectified > 0, its sum by channel into `gradient_sum`, and for each of `operands` the sum by
/// channel of gradient * (operand - center) into the matching array of `products`.
template <class T>
struct Product {
  const T* operand = nullptr;
  const float* center = nullptr;
  float* sum = nullptr;
};
void merge_gradients(const float* direct, const float* through_relu, const float* rectified,
                     Extent extent, float* gradient, float* gradient_sum,
                     std::span<const Product<float>> products);
void merge_gradients(const BFloat16* direct, const BFloat16* through_relu,
                     const BFloat16* rectified, Extent extent, BFloat16* gradient,
                     float* gradient_sum, std::span<const Product<BFloat16>> products);

/// result = a * gradient + b * operand + c, coefficients by channel: the gradient of a batch
/// normalisation.
void affine_gradient(const float* gradient, const float* operand, const float* a, const float* b,
                     const float* c, Extent extent, float* result);
void affine_gradient(const BFloat16* gradient, const BFloat16* operand, const float* a,
                     const float* b, const float* c, Extent extent, BFloat16* result);

}  // namespace evonas::evaluation::kernels
