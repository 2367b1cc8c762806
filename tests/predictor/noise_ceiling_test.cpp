#include "predictor/noise_ceiling.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "base/random.hpp"
#include "base/rank_correlation.hpp"
#include "predictor/predictor_benchmark.hpp"

namespace evonas::predictor {
namespace {

/// True qualities, and the mean of three noisy looks at each.
struct Looks {
  std::vector<double> truth;
  std::vector<double> labels;
  std::vector<double> noises;  // of the means
};

Looks looks_at(std::size_t count, double noise) {
  Rng rng(3, "looks of a test");
  Looks looks;
  for (std::size_t i = 0; i < count; ++i) {
    looks.truth.push_back(rng.normal());
    double mean = 0.0;
    for (int look = 0; look < 3; ++look) mean += (looks.truth[i] + noise * rng.normal()) / 3.0;
    looks.labels.push_back(mean);
    looks.noises.push_back(noise / 1.7320508075688772);
  }
  return looks;
}

TEST_CASE("the ceiling is about what the truth reaches on noisy labels") {
  for (const double noise : {0.1, 0.3}) {
    CAPTURE(noise);
    const Looks looks = looks_at(8000, noise);
    const NoiseCeiling ceiling = noise_ceiling(looks.labels, looks.noises, true).value();
    CHECK(ceiling.tau == doctest::Approx(kendall_tau_b(looks.truth, looks.labels)).epsilon(0.01));
    CHECK(ceiling.top10_tau ==
          doctest::Approx(best_tenth_tau(looks.labels, looks.truth, true)).epsilon(0.06));
  }
}

TEST_CASE("labels of unknown noise have the median one, and where none is known nothing is told") {
  Looks looks = looks_at(2000, 0.3);
  const NoiseCeiling known = noise_ceiling(looks.labels, looks.noises, true).value();
  for (std::size_t i = 0; i < looks.noises.size(); i += 2) looks.noises[i] = 0.0;
  const NoiseCeiling half = noise_ceiling(looks.labels, looks.noises, true).value();
  CHECK(half.tau == known.tau);
  CHECK(half.top10_tau == known.top10_tau);
  CHECK_FALSE(noise_ceiling(looks.labels, std::vector<double>(2000, 0.0), true).has_value());
  CHECK_FALSE(noise_ceiling(looks.labels, {}, true).has_value());
}

TEST_CASE("the best tenth of what is to be small is that of the smallest") {
  const std::vector<double> values = {9, 1, 8, 2, 7, 3, 6, 4, 5, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5, 0};
  std::vector<double> means(values.size(), 0.0);
  means[0] = 1.0;                                     // of the two best of many
  means[9] = -1.0;                                    // of the two best of few
  CHECK(best_tenth_tau(values, means, true) == 0.0);  // both are 9
  std::vector<double> apart = values;
  apart[10] = 10.0;
  CHECK(best_tenth_tau(apart, means, true) == -1.0);
  CHECK(best_tenth_tau(apart, means, false) == 0.0);
  apart[19] = -1.0;
  CHECK(best_tenth_tau(apart, means, false) == -1.0);
}

}  // namespace
}  // namespace evonas::predictor
