#include "evaluation/training/fused_kernels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "torch_doctest.hpp"

namespace evonas::evaluation::kernels {
namespace {

const std::vector<Extent> kExtents = {{1, 1},    {7, 3},    {1000, 8}, {333, 24},
                                      {50, 600}, {129, 64}, {5, 1000}};

float to_float(float value) { return value; }
float to_float(BFloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

template <class T>
T from_float(float value);
template <>
float from_float(float value) {
  return value;
}
template <>
BFloat16 from_float(float value) {
  return {static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16)};
}

template <class T>
std::vector<T> random_values(Extent extent, std::uint64_t seed, float offset = 0.0F) {
  Rng rng(seed, "kernels");
  std::vector<T> values(static_cast<std::size_t>(extent.pixels * extent.channels));
  std::ranges::generate(values,
                        [&] { return from_float<T>(static_cast<float>(rng.normal()) + offset); });
  return values;
}

std::vector<float> random_coefficients(Extent extent, std::uint64_t seed) {
  return random_values<float>({1, extent.channels}, seed);
}

template <class T>
constexpr double kTolerance = std::is_same_v<T, float> ? 1e-4 : 2e-2;

}  // namespace

TEST_CASE_TEMPLATE("channel_moments agrees with two passes in double precision", T, float,
                   BFloat16) {
  for (const Extent extent : kExtents) {
    const auto values =
        random_values<T>(extent, 1, 30.0F);  // far from zero: cancellation would show
    const auto channels = static_cast<std::size_t>(extent.channels);
    std::vector<float> mean(channels);
    std::vector<float> variance(channels);
    channel_moments(values.data(), extent, mean.data(), variance.data());
    for (std::size_t c = 0; c < channels; ++c) {
      double expected = 0.0;
      for (std::size_t i = c; i < values.size(); i += channels) expected += to_float(values[i]);
      expected /= static_cast<double>(extent.pixels);
      double square = 0.0;
      for (std::size_t i = c; i < values.size(); i += channels) {
        square += std::pow(static_cast<double>(to_float(values[i])) - expected, 2);
      }
      CHECK(mean[c] == doctest::Approx(expected).epsilon(1e-5));
      CHECK(std::abs(static_cast<double>(variance[c]) -
                     square / static_cast<double>(extent.pixels)) < 1e-3);
    }
  }
}

TEST_CASE_TEMPLATE("affine_sum adds scaled and plain terms and rectifies", T, float, BFloat16) {
  for (const Extent extent : kExtents) {
    const auto a = random_values<T>(extent, 1);
    const auto b = random_values<T>(extent, 2);
    const auto scale = random_coefficients(extent, 3);
    const auto shift = random_coefficients(extent, 4);
    std::vector<T> sum(a.size());
    std::vector<T> rectified(a.size());
    const std::vector<Term<T>> terms = {{a.data(), scale.data(), shift.data()}, {b.data()}};
    affine_sum(std::span<const Term<T>>(terms), extent, sum.data(), rectified.data());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t c = i % static_cast<std::size_t>(extent.channels);
      const double expected =
          static_cast<double>(scale[c]) * to_float(a[i]) + shift[c] + to_float(b[i]);
      REQUIRE(std::abs(to_float(sum[i]) - expected) < kTolerance<T> * (1 + std::abs(expected)));
      REQUIRE(to_float(rectified[i]) == std::max(0.0F, to_float(sum[i])));
    }
  }
}

TEST_CASE_TEMPLATE("merge_gradients masks by the rectified values and sums by channel", T, float,
                   BFloat16) {
  for (const Extent extent : kExtents) {
    const auto direct = random_values<T>(extent, 1);
    const auto through = random_values<T>(extent, 2);
    auto rectified = random_values<T>(extent, 3);
    for (T& value : rectified) value = from_float<T>(std::max(0.0F, to_float(value)));
    const auto operand = random_values<T>(extent, 4);
    const auto center = random_coefficients(extent, 5);
    const auto channels = static_cast<std::size_t>(extent.channels);
    std::vector<T> gradient(direct.size());
    std::vector<float> sum(channels);
    std::vector<float> product(channels);
    const std::vector<Product<T>> products = {{operand.data(), center.data(), product.data()}};
    merge_gradients(direct.data(), through.data(), rectified.data(), extent, gradient.data(),
                    sum.data(), std::span<const Product<T>>(products));
    std::vector<double> expected_sum(channels);
    std::vector<double> expected_product(channels);
    for (std::size_t i = 0; i < direct.size(); ++i) {
      const double expected = static_cast<double>(to_float(direct[i])) +
                              (to_float(rectified[i]) > 0.0F ? to_float(through[i]) : 0.0F);
      REQUIRE(std::abs(to_float(gradient[i]) - expected) <
              kTolerance<T> * (1 + std::abs(expected)));
      expected_sum[i % channels] += expected;
      expected_product[i % channels] +=
          expected * (static_cast<double>(to_float(operand[i])) - center[i % channels]);
    }
    for (std::size_t c = 0; c < channels; ++c) {
      CHECK(std::abs(sum[c] - expected_sum[c]) < 1e-2);
      CHECK(std::abs(product[c] - expected_product[c]) < 1e-2);
    }
  }
}

TEST_CASE("merge_gradients takes either gradient alone") {
  const Extent extent{5, 3};
  const auto gradient = random_values<float>(extent, 1);
  const std::vector<float> positive(gradient.size(), 1.0F);
  std::vector<float> result(gradient.size());
  merge_gradients(gradient.data(), nullptr, nullptr, extent, result.data(), nullptr,
                  std::span<const Product<float>>());
  CHECK(result == gradient);
  merge_gradients(nullptr, gradient.data(), positive.data(), extent, result.data(), nullptr,
                  std::span<const Product<float>>());
  CHECK(result == gradient);
}

}  // namespace evonas::evaluation::kernels
