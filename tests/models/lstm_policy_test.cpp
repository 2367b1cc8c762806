#include "predictor/models/lstm_policy.hpp"

#include <cmath>
#include <numeric>

#include "predictor/predictor_error.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

/// How far the steps of each of some episodes end from a place, on average; the closer, the more a
/// step is worth.
std::vector<double> distances_to(double x, double y, LstmPolicy& policy, std::size_t episodes) {
  std::vector<double> means;
  std::vector<double> state = {0.0, 0.0};
  for (std::size_t episode = 0; episode < episodes; ++episode) {
    std::vector<double> worth;
    for (int step = 0; step < 16; ++step) {
      state = policy.step(state);
      worth.push_back(-std::hypot(state[0] - x, state[1] - y));
    }
    const double mean = std::accumulate(worth.begin(), worth.end(), 0.0) / 16.0;
    for (double& value : worth) value -= mean;
    policy.learn(worth);
    means.push_back(-mean);
  }
  return means;
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST_CASE("a policy learns where steps are worth most, and the same for the same seed") {
  for (const std::uint64_t seed : {1U, 2U}) {
    CAPTURE(seed);
    LstmPolicy policy(2, seed);
    const std::vector<double> means = distances_to(2.0, -1.0, policy, 60);
    CHECK(mean_of(std::span(means).last(10)) < 0.8 * mean_of(std::span(means).first(5)));
    LstmPolicy again(2, seed);
    CHECK((distances_to(2.0, -1.0, again, 60) == means));
  }
}

TEST_CASE("steps that were worth as much as usual teach nothing, but end an episode") {
  const std::vector<double> state = {0.5, -0.5, 1.0};
  LstmPolicy policy(3, 1);
  LstmPolicy other(3, 1);
  policy.step(state);
  other.step(state);
  const std::vector<double> nothing = {0.0};
  policy.learn(nothing);
  policy.learn({});
  // The other one remembers its first step, so it goes on elsewhere.
  const std::vector<double> anew = policy.step(state);
  CHECK((anew != other.step(state)));
  LstmPolicy third(3, 1);
  third.step(state);
  third.learn(nothing);
  CHECK((third.step(state) == anew));
}

TEST_CASE("a policy refuses states of another size and worths of other steps") {
  LstmPolicy policy(2, 1);
  const std::vector<double> three = {1.0, 2.0, 3.0};
  CHECK_THROWS_AS(policy.step(three), PredictorError);
  CHECK_THROWS_AS(policy.learn(three), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
