#include "search/guided/belief.hpp"

#include <memory>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const SmallSpace kSpace{.genes = 4, .values = 8};

double sum_of(const spaces::Genotype& genotype) {
  double sum = 0.0;
  for (const auto gene : genotype.genes()) sum += gene;
  return sum;
}

struct Calls {
  int fits = 0;
  int refreshes = 0;
};

/// Expects the sum of the genes, times a factor that it was told.
class SumPredictor final : public predictor::Predictor {
 public:
  SumPredictor(Calls& calls, const double& factor) : calls_(calls), factor_(factor) {}

  void fit(std::span<const predictor::Label>, const predictor::FitControl&) override {
    ++calls_.fits;
  }
  void refresh(std::span<const predictor::Label>, std::size_t,
               const predictor::FitControl&) override {
    ++calls_.refreshes;
  }
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) {
      predictions.push_back({factor_ * sum_of(genotype)});
    }
    return predictions;
  }
  std::size_t parameters() const override { return 1; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

 private:
  Calls& calls_;
  const double& factor_;
};

/// Labels that arrive one at a time from random architectures.
class Stream {
 public:
  explicit Stream(const GuidanceOptions& options)
      : belief("sum", std::make_unique<SumPredictor>(calls, factor), options) {}

  void learn(int labels) {
    for (int i = 0; i < labels; ++i) {
      const spaces::Genotype genotype = kSpace.sample(rng_);
      belief.add(genotype, sum_of(genotype));
      belief.learn(1);
    }
  }

  Calls calls;
  double factor = 1.0;
  Belief belief;

 private:
  Rng rng_{7, "labels"};
};

}  // namespace

TEST_CASE("a predictor is fitted from scratch when labels are so many times more, else refreshed") {
  Stream stream({.refit = 2.0, .tau_drop = 2.0});
  stream.learn(1);
  CHECK(stream.calls.fits == 1);
  stream.learn(31);
  CHECK(stream.calls.fits == 6);  // at 1, 2, 4, 8, 16 and 32 labels
  CHECK(stream.calls.refreshes == 26);
}

TEST_CASE("a predictor whose forecasts get worse is fitted from scratch") {
  Stream stream({.refit = 1000.0, .tau_drop = 0.3});
  stream.learn(30);
  CHECK(stream.calls.fits == 1);
  stream.factor = -1.0;
  stream.learn(3);
  CHECK(stream.calls.fits == 1);
  stream.learn(7);
  CHECK(stream.calls.fits > 1);
  // With the window full of wrong forecasts there is nothing left to lose.
  stream.learn(10);
  const int fits = stream.calls.fits;
  stream.learn(20);
  CHECK(stream.calls.fits == fits);
}

TEST_CASE("a predictor whose forecasts get worse is only refreshed where nobody looks") {
  Stream stream({.refit = 1000.0, .tau_drop = 2.0});
  stream.learn(30);
  stream.factor = -1.0;
  stream.learn(30);
  CHECK(stream.calls.fits == 1);
}
