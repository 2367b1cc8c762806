#include "search/guided/belief.hpp"

#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "search/additive_predictor.hpp"
#include "search/small_space.hpp"

using namespace evonas;
using namespace evonas::search;
using namespace evonas::tests;

namespace {

const SmallSpace kBeliefSpace{.genes = 4, .values = 8};

double value_of(const spaces::Genotype& genotype) {
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
      predictions.push_back({factor_ * value_of(genotype)});
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
      const spaces::Genotype genotype = kBeliefSpace.sample(rng_);
      belief.add(genotype, value_of(genotype));
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
  // One forecast of twenty moves their tau by 0.2 at most.
  stream.factor = -1.0;
  stream.learn(1);
  CHECK(stream.calls.fits == 1);
  stream.learn(9);
  CHECK(stream.calls.fits > 1);
  // Once all of the twenty are wrong there is nothing left to lose.
  stream.learn(20);
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

namespace {

/// A belief that shows what labels its predictor is given.
struct OpenBelief {
  std::shared_ptr<std::vector<AdditivePredictor::Labels>> seen =
      std::make_shared<std::vector<AdditivePredictor::Labels>>();
  Belief belief{"sum", std::make_unique<AdditivePredictor>(seen), {}};

  const AdditivePredictor::Labels& learn() {
    belief.learn(1);
    return seen->back();
  }
};

spaces::Genotype genes_of(std::uint64_t index) { return kBeliefSpace.at(index); }

}  // namespace

TEST_CASE("without cheaper values labels are the scores of values, and say nothing of noise") {
  OpenBelief open;
  for (const int i : {7, 3, 5}) open.belief.add(genes_of(static_cast<std::uint64_t>(i)), i);
  const AdditivePredictor::Labels labels = open.learn();
  REQUIRE(labels.size() == 3);
  CHECK(labels[1].value < labels[2].value);
  CHECK(labels[2].value < labels[0].value);
  for (const predictor::Label& label : labels) CHECK(label.noise == 0.0);
  CHECK(open.belief.score(5.0) == doctest::Approx(0.0));
}

TEST_CASE("cheaper values are noisy labels until there is a value") {
  OpenBelief open;
  Belief& belief = open.belief;
  for (std::uint64_t i = 0; i < 6; ++i) {
    belief.add_cheaper(genes_of(i), 0, 100.0 + static_cast<double>(i));
  }
  CHECK(belief.labels() == 6);
  CHECK_FALSE(belief.has_scale());
  const AdditivePredictor::Labels early = open.learn();
  REQUIRE(early.size() == 6);
  CHECK_FALSE(belief.has_scale());
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(early[i].genotype == genes_of(i));
    CHECK(early[i].noise > 0.5);
    CHECK((i == 0 || early[i].value > early[i - 1].value));
  }

  // The two best have values now: in their place in the list, and with next to no noise.
  belief.add(genes_of(5), 9.0);
  belief.add(genes_of(4), 7.0);
  CHECK(belief.labels() == 6);
  const AdditivePredictor::Labels later = open.learn();
  REQUIRE(later.size() == 6);
  CHECK(belief.has_scale());
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(later[i].genotype == genes_of(i));
    CHECK((later[i].noise < 0.2) == (i >= 4));
  }
  CHECK(later[5].value == belief.score(9.0));
  CHECK(later[4].value == belief.score(7.0));
  // Those that were left behind are below the middle of those that went on.
  for (std::size_t i = 0; i < 4; ++i) CHECK(later[i].value < 0.0);
  CHECK(later[0].value < later[3].value);
}

TEST_CASE("of several cheaper values the dearest counts") {
  OpenBelief open;
  Belief& belief = open.belief;
  for (std::uint64_t i = 0; i < 6; ++i) belief.add_cheaper(genes_of(i), 0, static_cast<double>(i));
  // On the second rung the order of the three best is the reverse.
  for (std::uint64_t i = 3; i < 6; ++i) {
    belief.add_cheaper(genes_of(i), 2, 50.0 - static_cast<double>(i));
  }
  const AdditivePredictor::Labels labels = open.learn();
  CHECK(labels[3].value > labels[4].value);
  CHECK(labels[4].value > labels[5].value);
  CHECK(labels[2].value > labels[1].value);
}

TEST_CASE("nothing new is not learnt again, and what is imagined is forgotten") {
  OpenBelief open;
  Belief& belief = open.belief;
  for (std::uint64_t i = 0; i < 6; ++i) belief.add_cheaper(genes_of(i), 0, static_cast<double>(i));
  const AdditivePredictor::Labels before = open.learn();
  CHECK(open.seen->size() == 1);
  belief.learn(1);
  CHECK(open.seen->size() == 1);
  const std::vector<spaces::Genotype> imagined{genes_of(40), genes_of(41)};
  belief.imagine(imagined);
  REQUIRE(open.seen->size() == 2);
  REQUIRE(open.seen->back().size() == 8);
  CHECK(open.seen->back()[6].genotype == imagined[0]);
  CHECK(open.seen->back()[7].noise < 0.2);
  const AdditivePredictor::Labels after = open.learn();
  REQUIRE(after.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(after[i].value == before[i].value);
}
