#include "base/rank_correlation.hpp"

#include <cmath>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas;

namespace {

int sign(double value) { return value > 0.0 ? 1 : value < 0.0 ? -1 : 0; }

/// The definition, pair by pair.
double tau_by_definition(const std::vector<double>& a, const std::vector<double>& b) {
  double concordance = 0.0;
  double untied_a = 0.0;
  double untied_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      concordance += sign(a[i] - a[j]) * sign(b[i] - b[j]);
      untied_a += std::abs(sign(a[i] - a[j]));
      untied_b += std::abs(sign(b[i] - b[j]));
    }
  }
  const double scale = std::sqrt(untied_a * untied_b);
  return scale == 0.0 ? 0.0 : concordance / scale;
}

}  // namespace

TEST_CASE("Kendall's tau of rankings known by hand") {
  const std::vector<double> up{1, 2, 3, 4};
  CHECK(kendall_tau_b(up, up) == 1.0);
  CHECK(kendall_tau_b(up, std::vector<double>{4, 3, 2, 1}) == -1.0);
  CHECK(kendall_tau_b(up, std::vector<double>{1, 2, 4, 3}) == doctest::Approx(4.0 / 6.0));
  // Pairs: 5 untied in b, 4 concordant, 1 discordant.
  CHECK(kendall_tau_b(up, std::vector<double>{1, 3, 2, 3}) ==
        doctest::Approx(3.0 / std::sqrt(6.0 * 5.0)));
  CHECK(kendall_tau_b(up, std::vector<double>{7, 7, 7, 7}) == 0.0);
  CHECK(kendall_tau_b({}, {}) == 0.0);
  CHECK(kendall_tau_b(std::vector<double>{1}, std::vector<double>{1}) == 0.0);
}

TEST_CASE("Kendall's tau equals its definition, with many ties and with few") {
  CHECK(rc::check("few distinct values", [] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 60);
    const auto value = rc::gen::cast<double>(rc::gen::inRange(-3, 4));
    const auto a = *rc::gen::container<std::vector<double>>(size, value);
    const auto b = *rc::gen::container<std::vector<double>>(size, value);
    RC_ASSERT(std::abs(kendall_tau_b(a, b) - tau_by_definition(a, b)) < 1e-12);
  }));
  CHECK(rc::check("many distinct values", [] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 60);
    const auto value = rc::gen::cast<double>(rc::gen::inRange(-1000000, 1000000));
    const auto a = *rc::gen::container<std::vector<double>>(size, value);
    const auto b = *rc::gen::container<std::vector<double>>(size, value);
    RC_ASSERT(std::abs(kendall_tau_b(a, b) - tau_by_definition(a, b)) < 1e-12);
  }));
}

TEST_CASE("Spearman's rho of rankings known by hand") {
  const std::vector<double> up{1, 2, 3, 4, 50};
  CHECK(spearman_rho(up, std::vector<double>{0, 1, 2, 3, 4}) == doctest::Approx(1.0));
  CHECK(spearman_rho(up, std::vector<double>{5, 4, 3, 2, 1}) == doctest::Approx(-1.0));
  // 1 - 6 (1 + 1) / (5 (25 - 1))
  CHECK(spearman_rho(up, std::vector<double>{2, 1, 3, 4, 5}) == doctest::Approx(0.9));
  // Two that are tied have the rank 1.5 both.
  CHECK(spearman_rho(std::vector<double>{1, 2, 3}, std::vector<double>{1, 2, 2}) ==
        doctest::Approx(1.5 / std::sqrt(2.0 * 1.5)));
  CHECK(spearman_rho(up, std::vector<double>(5, 1.0)) == 0.0);
  CHECK(spearman_rho({}, {}) == 0.0);
}
