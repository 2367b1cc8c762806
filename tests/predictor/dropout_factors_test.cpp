#include "predictor/dropout_factors.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kMany = 1 << 20;

std::vector<float> factors(std::size_t count, double keep, std::uint64_t key) {
  std::vector<float> drawn(count);
  draw_dropout_factors(drawn, keep, key);
  return drawn;
}

/// How many of the pairs are both kept.
std::size_t both_kept(const std::vector<float>& one, const std::vector<float>& other,
                      std::size_t shift) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + shift < one.size(); ++i) {
    if (one[i] != 0.0F && other[i + shift] != 0.0F) ++count;
  }
  return count;
}

/// Whether a count of `draws` is within five deviations of what the probability says.
bool is_likely(std::size_t count, double probability, std::size_t draws) {
  const auto n = static_cast<double>(draws);
  return std::abs(static_cast<double>(count) - n * probability) <
         5.0 * std::sqrt(n * probability * (1.0 - probability));
}

}  // namespace

TEST_CASE("dropout keeps the share of values that it is asked for, and scales them up") {
  for (const double keep : {0.05, 0.5, 0.9, 0.99}) {
    for (const std::uint64_t key : {std::uint64_t{0}, std::uint64_t{1}, derive_seed(1, "key", 0)}) {
      const std::vector<float> drawn = factors(kMany, keep, key);
      std::size_t kept = 0;
      bool are_scaled = true;
      for (const float factor : drawn) {
        if (factor == 0.0F) continue;
        ++kept;
        are_scaled = are_scaled && factor == static_cast<float>(1.0 / keep);
      }
      CHECK(are_scaled);
      CHECK(is_likely(kept, keep, kMany));
    }
  }
  const std::vector<float> all = factors(1000, 1.0, 7);
  CHECK(both_kept(all, all, 0) == 1000);
}

TEST_CASE("dropout of one key is independent of that of others, and of its neighbours") {
  constexpr double kKeep = 0.7;
  const std::vector<float> drawn = factors(kMany, kKeep, 1);
  CHECK(drawn == factors(kMany, kKeep, 1));
  // Keys that differ in the lower half, in the upper half, and in one bit of either.
  for (const std::uint64_t key : {std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{1} << 32 | 1U,
                                  std::uint64_t{1} << 63 | 1U, derive_seed(1, "key", 1)}) {
    CHECK(is_likely(both_kept(drawn, factors(kMany, kKeep, key), 0), kKeep * kKeep, kMany));
  }
  for (const std::size_t shift : {1U, 2U, 8U, 64U, 100U, 4096U}) {
    CHECK(is_likely(both_kept(drawn, drawn, shift), kKeep * kKeep, kMany - shift));
  }
}

}  // namespace evonas::predictor
