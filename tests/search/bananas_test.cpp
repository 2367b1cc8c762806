#include "search/guided/bananas.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contract/algorithm_contract.hpp"
#include "predictor/plain_predictors.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const Problem kDistance{.objectives = {{"distance", Goal::Minimize}}};

/// Believes of an architecture what is known of the one most like it, and less firmly the less like
/// it is.
class Nearest final : public predictor::Predictor {
 public:
  void fit(std::span<const predictor::Label> labels, const predictor::FitControl&) override {
    labels_.assign(labels.begin(), labels.end());
  }
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) {
      double least = std::numeric_limits<double>::infinity();
      double value = 0.0;
      for (const predictor::Label& label : labels_) {
        double apart = 0.0;
        for (std::size_t i = 0; i < genotype.size(); ++i) {
          apart += std::abs(genotype[i] - label.genotype[i]);
        }
        if (apart >= least) continue;
        least = apart;
        value = label.value;
      }
      predictions.push_back({.mean = value, .deviation = 0.1 * least});
    }
    return predictions;
  }
  std::size_t parameters() const override { return labels_.size(); }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  std::vector<predictor::Label> labels_;
};

Guidance by_nearest() {
  return {.make_predictor = [](const std::string& name, const std::string&) {
    CHECK(name == "path_networks");
    return std::make_unique<Nearest>();
  }};
}

AlgorithmOptions bananas(std::uint64_t seed = 3) {
  return {.algorithm = "bananas", .identity = "genotype", .seed = seed};
}

int sum_of_genes(const spaces::Genotype& genotype) {
  int sum = 0;
  for (const auto gene : genotype.genes()) sum += gene;
  return sum;
}

}  // namespace

TEST_CASE("bananas keeps the contract") {
  const spaces::AnySpace space{SmallSpace{}};
  const Guidance random{.make_predictor = [=](const std::string&, const std::string&) {
    return std::make_unique<predictor::RandomPredictor>(space);
  }};
  const Labels with_failures_and_limit = [](Individual& individual) {
    const int sum = sum_of_genes(individual.genotype);
    if (sum % 7 == 3) return;
    individual.objectives = {static_cast<double>(individual.genotype[0] + sum % 5)};
    individual.violation = sum > 10 ? sum - 10.0 : 0.0;
  };
  for (const Guidance& guidance : {random, by_nearest()}) {
    AlgorithmOptions options = bananas();
    options.identity = "network";
    check_algorithm(options, space, kDistance, with_failures_and_limit, 56, guidance);
    check_asynchronous(options, space, kDistance, with_failures_and_limit, 56, guidance);
  }
}

TEST_CASE("bananas asks for ten at random, then for ten a batch") {
  const spaces::AnySpace space{SmallSpace{}};
  const auto algorithm = make_algorithm(bananas(), space, kDistance, by_nearest());
  CHECK(algorithm->batch_size() == 10);
  AlgorithmOptions random = bananas();
  random.algorithm = "random";
  CHECK(algorithm->ask(4) == make_algorithm(random, space, kDistance)->ask(4));
  CHECK(algorithm->batch_size() == 6);
  algorithm->ask(6);
  CHECK(algorithm->batch_size() == 10);
}

TEST_CASE("bananas finds the optimum sooner than random search") {
  const SmallSpace large{.genes = 8, .values = 6};
  const auto mean_best = [&](const char* name) {
    double total = 0.0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      AlgorithmOptions options = bananas(seed);
      options.algorithm = name;
      double best = std::numeric_limits<double>::infinity();
      for (const Individual& individual : run_algorithm(options, spaces::AnySpace{large}, kDistance,
                                                        label_distance, 200, 0, by_nearest())
                                              .evaluated) {
        best = std::min(best, individual.objectives.front());
      }
      total += best / 10;
    }
    return total;
  };
  CHECK(mean_best("bananas") < 0.5 * mean_best("random"));
}

TEST_CASE("bananas prefers no infeasible architecture to a feasible one") {
  // The lower the error the more the limit is broken; the best feasible sum is 6.
  const Labels against_limit = [](Individual& individual) {
    const int sum = sum_of_genes(individual.genotype);
    individual.objectives = {static_cast<double>(sum)};
    individual.violation = sum < 6 ? 6.0 - sum : 0.0;
  };
  const SmallSpace space{.genes = 6, .values = 5};
  int infeasible = 0;
  double best = 100.0;
  for (const Individual& individual : run_algorithm(bananas(), spaces::AnySpace{space}, kDistance,
                                                    against_limit, 200, 0, by_nearest())
                                          .evaluated) {
    if (individual.feasible()) best = std::min(best, individual.objectives.front());
    infeasible += individual.feasible() ? 0 : 1;
  }
  CHECK(best == 6.0);
  CHECK(infeasible < 100);
}

TEST_CASE("bananas needs one objective and predictors") {
  const spaces::AnySpace space{SmallSpace{}};
  CHECK_THROWS_WITH_AS(make_algorithm(bananas(), space, kDistance),
                       "the algorithm bananas was given nothing that makes predictors",
                       SearchError);
  const Problem two{.objectives = {{"distance", Goal::Minimize}, {"cost", Goal::Minimize}}};
  CHECK_THROWS_AS(make_algorithm(bananas(), space, two, by_nearest()), SearchError);
}
