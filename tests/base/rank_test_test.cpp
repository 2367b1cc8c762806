#include "base/rank_test.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas;

namespace {

double p_of_differences(const std::vector<double>& differences) {
  return signed_rank_p_value(differences, std::vector<double>(differences.size(), 0.0));
}

/// The definition, one choice of all signs after the other.
double p_by_definition(const std::vector<double>& differences) {
  std::vector<double> sizes;
  for (const double difference : differences) {
    if (difference != 0.0) sizes.push_back(std::abs(difference));
  }
  const auto rank = [&](double size) {
    const auto smaller = std::ranges::count_if(sizes, [&](double other) { return other < size; });
    const auto tied = std::ranges::count(sizes, size);
    return static_cast<double>(smaller) + 0.5 * static_cast<double>(tied + 1);
  };
  // Positive less negative ranks.
  double found = 0.0;
  for (const double difference : differences) {
    if (difference != 0.0) found += std::copysign(rank(std::abs(difference)), difference);
  }
  const std::uint64_t choices = std::uint64_t{1} << sizes.size();
  std::uint64_t as_one_sided = 0;
  for (std::uint64_t signs = 0; signs < choices; ++signs) {
    double sum = 0.0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sum += (signs >> i & 1) != 0 ? rank(sizes[i]) : -rank(sizes[i]);
    }
    as_one_sided += std::abs(sum) >= std::abs(found);
  }
  return static_cast<double>(as_one_sided) / static_cast<double>(choices);
}

}  // namespace

TEST_CASE("the signed-rank test of differences known by hand") {
  CHECK(p_of_differences({}) == 1.0);
  CHECK(p_of_differences({0, 0}) == 1.0);
  CHECK(p_of_differences({5}) == 1.0);
  // All three signs alike: two choices of eight.
  CHECK(p_of_differences({1, 2, 3}) == 0.25);
  CHECK(p_of_differences({-1, -2, -2}) == 0.25);
  CHECK(p_of_differences({0, 1, 0, 2, 3}) == 0.25);
  CHECK(p_of_differences({1, -1, 1}) == 1.0);
  // The ranks 1.5, 1.5, 3, 4: none or one of the smallest negative, and likewise positive.
  CHECK(p_of_differences({-1, 1, 2, 3}) == 6.0 / 16.0);
  CHECK(signed_rank_p_value(std::vector<double>{3, 5, 7}, std::vector<double>{4, 7, 10}) == 0.25);
}

TEST_CASE("the signed-rank test of published data") {
  // Heights of Darwin's cross- and self-fertilised plants, whose rank sum is 24 (Wilcoxon 1945).
  CHECK(p_of_differences({6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75}) ==
        1352.0 / 32768.0);
  // Depression scale factors (Hollander and Wolfe 1973): 40, 0.0195 one-sided.
  CHECK(signed_rank_p_value(
            std::vector<double>{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30},
            std::vector<double>{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}) ==
        20.0 / 512.0);
}

TEST_CASE("the signed-rank test of many differences takes the normal distribution") {
  std::vector<double> differences;
  for (int i = 1; i <= 60; ++i) differences.push_back(i % 3 == 0 ? -i : i);
  // From scipy.stats.wilcoxon(differences, method="approx", correction=True).
  CHECK(p_of_differences(differences) == doctest::Approx(0.0362264941788).epsilon(1e-9));
  for (double& difference : differences) difference = std::trunc(difference / 7.0);
  CHECK(p_of_differences(differences) == doctest::Approx(0.0462868369288).epsilon(1e-9));
  // Close to what counting out all signs gives.
  differences.clear();
  for (int i = 1; i <= 51; ++i) differences.push_back(i % 3 == 0 ? -i : i);
  CHECK(p_of_differences(differences) == doctest::Approx(0.0559802).epsilon(0.001));
}

TEST_CASE("the signed-rank test equals its definition") {
  CHECK(rc::check("few differences, many of them tied", [] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 11);
    const auto value = rc::gen::cast<double>(rc::gen::inRange(-4, 5));
    const auto differences = *rc::gen::container<std::vector<double>>(size, value);
    // Both are multiples of 1/1024.
    RC_ASSERT(p_of_differences(differences) == p_by_definition(differences));
  }));
}

TEST_CASE("the signed-rank test is symmetric, a probability, and blind to the order of pairs") {
  CHECK(rc::check("up to twice as many pairs as are counted out", [] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 100);
    const auto value = rc::gen::cast<double>(rc::gen::inRange(-20, 21));
    auto a = *rc::gen::container<std::vector<double>>(size, value);
    auto b = *rc::gen::container<std::vector<double>>(size, value);
    const double p = signed_rank_p_value(a, b);
    RC_ASSERT(p > 0.0);
    RC_ASSERT(p <= 1.0);
    RC_ASSERT(signed_rank_p_value(b, a) == p);
    RC_ASSERT(signed_rank_p_value(a, a) == 1.0);
    std::ranges::reverse(a);
    std::ranges::reverse(b);
    RC_ASSERT(signed_rank_p_value(a, b) == p);
  }));
}

TEST_CASE("Holm's correction of p-values known by hand") {
  CHECK(holm_corrected({}).empty());
  CHECK(holm_corrected(std::vector<double>{0.25}) == std::vector<double>{0.25});
  // 4 * 0.005, 3 * 0.01, 2 * 0.03, and 0.04, which is not to be below the one before it.
  const std::vector<double> corrected =
      holm_corrected(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  REQUIRE(corrected.size() == 4);
  CHECK(corrected[0] == doctest::Approx(0.03));
  CHECK(corrected[1] == doctest::Approx(0.06));
  CHECK(corrected[2] == doctest::Approx(0.06));
  CHECK(corrected[3] == doctest::Approx(0.02));
  CHECK(holm_corrected(std::vector<double>{0.75, 0.5, 1.0}) == std::vector<double>{1.0, 1.0, 1.0});
}

TEST_CASE("Holm's correction keeps the order and lies between no correction and Bonferroni's") {
  CHECK(rc::check("some p-values", [] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 12);
    const auto thousandths = *rc::gen::container<std::vector<int>>(size, rc::gen::inRange(0, 1001));
    std::vector<double> p_values;
    for (const int thousandth : thousandths) p_values.push_back(thousandth / 1000.0);
    const std::vector<double> corrected = holm_corrected(p_values);
    RC_ASSERT(corrected.size() == size);
    for (std::size_t i = 0; i < size; ++i) {
      RC_ASSERT(corrected[i] >= p_values[i]);
      RC_ASSERT(corrected[i] <= std::min(1.0, static_cast<double>(size) * p_values[i]));
      for (std::size_t j = 0; j < size; ++j) {
        if (p_values[i] <= p_values[j]) RC_ASSERT(corrected[i] <= corrected[j]);
      }
    }
  }));
}
