#include "evaluation/training/fused_kernels.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace evonas::evaluation::kernels {
namespace {

// Blocks are a whole number of pixels, large enough that the loop over one is long whatever the
// number of channels, and small enough that its working arrays stay in the first-level cache.
constexpr std::int64_t kBlock = 512;

std::int64_t block_length(Extent extent) {
  return extent.channels * std::max<std::int64_t>(1, kBlock / extent.channels);
}

// `coefficients` repeated over a block.
void repeat(const float* coefficients, std::int64_t channels, std::span<float> block) {
  for (std::size_t i = 0; i < block.size(); i += static_cast<std::size_t>(channels)) {
    std::copy_n(coefficients, channels, block.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// Sums of a block by channel, in double precision.
void fold(std::span<const float> block, std::int64_t channels, double* sums) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    sums[i % static_cast<std::size_t>(channels)] += static_cast<double>(block[i]);
  }
}

class Workspace {
 public:
  explicit Workspace(std::int64_t length) : length_(static_cast<std::size_t>(length)) {}

  std::span<float> add() {
    arrays_.emplace_back(length_, 0.0F);
    return arrays_.back();
  }
  std::span<float> add(const float* coefficients, std::int64_t channels) {
    const std::span<float> block = add();
    repeat(coefficients, channels, block);
    return block;
  }

 private:
  std::size_t length_;
  std::vector<std::vector<float>> arrays_;
};

template <class T>
EVONAS_INLINE void accumulate_moments(const T* __restrict values, const float* __restrict center,
                                      float* __restrict first, float* __restrict second,
                                      std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float distance = load(values[i]) - center[i];
    first[i] += distance;
    second[i] += distance * distance;
  }
}

template <class T>
EVONAS_INLINE void add_term(const T* __restrict values, const float* __restrict scale,
                            float* __restrict sum, std::int64_t count) {
  if (scale == nullptr) {
    for (std::int64_t i = 0; i < count; ++i) sum[i] += load(values[i]);
  } else {
    for (std::int64_t i = 0; i < count; ++i) sum[i] += scale[i] * load(values[i]);
  }
}

template <class T>
EVONAS_INLINE void write(const float* __restrict values, T* __restrict target, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) store(target[i], values[i]);
}

template <class T>
EVONAS_INLINE void write_rectified(const float* __restrict values, T* __restrict target,
                                   std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    store(target[i], values[i] > 0.0F ? values[i] : 0.0F);
  }
}

template <class T>
EVONAS_INLINE void add_gradients(const T* __restrict direct, const T* __restrict through_relu,
                                 const T* __restrict rectified, float* __restrict gradient,
                                 std::int64_t count) {
  if (through_relu == nullptr) {
    for (std::int64_t i = 0; i < count; ++i) gradient[i] = load(direct[i]);
  } else if (direct == nullptr) {
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = load(through_relu[i]);
      gradient[i] = load(rectified[i]) > 0.0F ? value : 0.0F;
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = load(through_relu[i]);
      gradient[i] = load(direct[i]) + (load(rectified[i]) > 0.0F ? value : 0.0F);
    }
  }
}

template <class T>
EVONAS_INLINE void accumulate_product(const float* __restrict gradient, const T* __restrict operand,
                                      const float* __restrict center, float* __restrict sum,
                                      std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += gradient[i] * (load(operand[i]) - center[i]);
}

EVONAS_INLINE void accumulate(const float* __restrict values, float* __restrict sum,
                              std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sum[i] += values[i];
}

template <class T>
EVONAS_INLINE void moments(const T* values, Extent extent, float* mean, float* variance) {
  const std::int64_t length = block_length(extent);
  const std::int64_t total = extent.pixels * extent.channels;
  // Distances from the first pixel instead of from zero: no cancellation where the mean is large.
  std::vector<float> reference(static_cast<std::size_t>(extent.channels));
  for (std::int64_t c = 0; c < extent.channels; ++c)
    reference[static_cast<std::size_t>(c)] = load(values[c]);
  Workspace work(length);
  const auto center = work.add(reference.data(), extent.channels);
  const auto first = work.add();
  const auto second = work.add();
  for (std::int64_t begin = 0; begin < total; begin += length) {
    accumulate_moments(values + begin, center.data(), first.data(), second.data(),
                       std::min(length, total - begin));
  }
  std::vector<double> sums(2 * reference.size(), 0.0);
  fold(first, extent.channels, sums.data());
  fold(second, extent.channels, sums.data() + extent.channels);
  const auto count = static_cast<double>(extent.pixels);
  for (std::size_t c = 0; c < reference.size(); ++c) {
    const double distance = sums[c] / count;
    mean[c] = static_cast<float>(static_cast<double>(reference[c]) + distance);
    variance[c] =
        static_cast<float>(std::max(0.0, sums[reference.size() + c] / count - distance * distance));
  }
}

template <class T>
EVONAS_INLINE void sum_terms(std::span<const Term<T>> terms, Extent extent, T* sum, T* rectified) {
  const std::int64_t length = block_length(extent);
  const std::int64_t total = extent.pixels * extent.channels;
  Workspace work(length);
  const auto shift = work.add();
  const auto buffer = work.add();
  std::vector<const float*> scales;
  for (const Term<T>& term : terms) {
    scales.push_back(term.scale == nullptr ? nullptr
                                           : work.add(term.scale, extent.channels).data());
    if (term.shift == nullptr) continue;
    for (std::size_t i = 0; i < shift.size(); ++i) {
      shift[i] += term.shift[i % static_cast<std::size_t>(extent.channels)];
    }
  }
  for (std::int64_t begin = 0; begin < total; begin += length) {
    const std::int64_t count = std::min(length, total - begin);
    std::memcpy(buffer.data(), shift.data(), static_cast<std::size_t>(count) * sizeof(float));
    for (std::size_t k = 0; k < terms.size(); ++k) {
      add_term(terms[k].values + begin, scales[k], buffer.data(), count);
    }
    if (sum != nullptr) write(buffer.data(), sum + begin, count);
    if (rectified != nullptr) write_rectified(buffer.data(), rectified + begin, count);
  }
}

template <class T>
EVONAS_INLINE void merge(const T* direct, const T* through_relu, const T* rectified, Extent extent,
                         T* gradient, float* gradient_sum, std::span<const Product<T>> products) {
  const std::int64_t length = block_length(extent);
  const std::int64_t total = extent.pixels * extent.channels;
  Workspace work(length);
  const auto buffer = work.add();
  const auto sum = work.add();
  std::vector<std::span<float>> centers;
  std::vector<std::span<float>> sums;
  for (const Product<T>& product : products) {
    centers.push_back(work.add(product.center, extent.channels));
    sums.push_back(work.add());
  }
  for (std::int64_t begin = 0; begin < total; begin += length) {
    const std::int64_t count = std::min(length, total - begin);
    add_gradients(direct == nullptr ? nullptr : direct + begin,
                  through_relu == nullptr ? nullptr : through_relu + begin,
                  rectified == nullptr ? nullptr : rectified + begin, buffer.data(), count);
    write(buffer.data(), gradient + begin, count);
    if (products.empty()) continue;
    accumulate(buffer.data(), sum.data(), count);
    for (std::size_t k = 0; k < products.size(); ++k) {
      accumulate_product(buffer.data(), products[k].operand + begin, centers[k].data(),
                         sums[k].data(), count);
    }
  }
  const auto fold_into = [&](std::span<const float> block, float* target) {
    std::vector<double> folded(static_cast<std::size_t>(extent.channels), 0.0);
    fold(block, extent.channels, folded.data());
    std::transform(folded.begin(), folded.end(), target,
                   [](double value) { return static_cast<float>(value); });
  };
  if (products.empty()) return;
  fold_into(sum, gradient_sum);
  for (std::size_t k = 0; k < products.size(); ++k) fold_into(sums[k], products[k].sum);
}

template <class T>
EVONAS_INLINE void combine(const T* __restrict gradient, const T* __restrict operand,
                           const float* __restrict a, const float* __restrict b,
                           const float* __restrict c, T* __restrict result, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    store(result[i], a[i] * load(gradient[i]) + b[i] * load(operand[i]) + c[i]);
  }
}

template <class T>
EVONAS_INLINE void normalisation_gradient(const T* gradient, const T* operand, const float* a,
                                          const float* b, const float* c, Extent extent,
                                          T* result) {
  const std::int64_t length = block_length(extent);
  const std::int64_t total = extent.pixels * extent.channels;
  Workspace work(length);
  const auto scale = work.add(a, extent.channels);
  const auto slope = work.add(b, extent.channels);
  const auto shift = work.add(c, extent.channels);
  for (std::int64_t begin = 0; begin < total; begin += length) {
    combine(gradient + begin, operand + begin, scale.data(), slope.data(), shift.data(),
            result + begin, std::min(length, total - begin));
  }
}

}  // namespace

EVONAS_VECTOR_CLONES
void channel_moments(const float* values, Extent extent, float* mean, float* variance) {
  moments(values, extent, mean, variance);
}

EVONAS_VECTOR_CLONES
void channel_moments(const BFloat16* values, Extent extent, float* mean, float* variance) {
  moments(values, extent, mean, variance);
}

EVONAS_VECTOR_CLONES
void affine_sum(std::span<const Term<float>> terms, Extent extent, float* sum, float* rectified) {
  sum_terms(terms, extent, sum, rectified);
}

EVONAS_VECTOR_CLONES
void affine_sum(std::span<const Term<BFloat16>> terms, Extent extent, BFloat16* sum,
                BFloat16* rectified) {
  sum_terms(terms, extent, sum, rectified);
}

EVONAS_VECTOR_CLONES
void merge_gradients(const float* direct, const float* through_relu, const float* rectified,
                     Extent extent, float* gradient, float* gradient_sum,
                     std::span<const Product<float>> products) {
  merge(direct, through_relu, rectified, extent, gradient, gradient_sum, products);
}

EVONAS_VECTOR_CLONES
void merge_gradients(const BFloat16* direct, const BFloat16* through_relu,
                     const BFloat16* rectified, Extent extent, BFloat16* gradient,
                     float* gradient_sum, std::span<const Product<BFloat16>> products) {
  merge(direct, through_relu, rectified, extent, gradient, gradient_sum, products);
}

EVONAS_VECTOR_CLONES
void affine_gradient(const float* gradient, const float* operand, const float* a, const float* b,
                     const float* c, Extent extent, float* result) {
  normalisation_gradient(gradient, operand, a, b, c, extent, result);
}

EVONAS_VECTOR_CLONES
void affine_gradient(const BFloat16* gradient, const BFloat16* operand, const float* a,
                     const float* b, const float* c, Extent extent, BFloat16* result) {
  normalisation_gradient(gradient, operand, a, b, c, extent, result);
}

}  // namespace evonas::evaluation::kernels
