#include "search/guided/permutation_importance.hpp"

#include <algorithm>
#include <functional>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "search/small_space.hpp"

namespace evonas::search {
namespace {

using tests::SmallSpace;

/// Predicts by a function, and counts what it is asked.
class Known final : public predictor::Predictor {
 public:
  using Function = std::function<double(const spaces::Genotype&)>;

  explicit Known(Function function) : function_(std::move(function)) {}

  void fit(std::span<const predictor::Label>, const predictor::FitControl&) override {}
  std::vector<predictor::Prediction> predict(
      std::span<const spaces::Genotype> block) const override {
    asked += block.size();
    std::vector<predictor::Prediction> predictions;
    for (const spaces::Genotype& genotype : block) predictions.push_back({function_(genotype)});
    return predictions;
  }
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return {}; }
  void restore(const nlohmann::json&) override {}

  mutable std::size_t asked = 0;

 private:
  Function function_;
};

/// Weights 3, 1 and 0.
double weighted(const spaces::Genotype& genotype) { return 3.0 * genotype[0] + genotype[1]; }

/// Every genotype of three genes of four values.
std::vector<predictor::Label> all_labels(const Known::Function& value) {
  const SmallSpace space{.genes = 3, .values = 4};
  std::vector<predictor::Label> labels;
  for (std::uint64_t i = 0; i < space.size(); ++i) {
    labels.push_back({space.at(i), value(space.at(i))});
  }
  return labels;
}

const spaces::AnySpace kSpace{SmallSpace{.genes = 3, .values = 4}};

TEST_CASE("genes matter as much as they add to the variance, where the predictor is exact") {
  const auto importance = permutation_importance(kSpace, Known(weighted), all_labels(weighted), 1);
  REQUIRE(importance.size() == 3);
  CHECK(importance[0] == doctest::Approx(0.9).epsilon(0.1));
  CHECK(importance[1] == doctest::Approx(0.1).epsilon(0.1));
  CHECK(importance[2] == 0.0);
}

TEST_CASE("genes of a predictor that knows nothing do not matter") {
  const Known constant([](const spaces::Genotype&) { return 5.0; });
  for (const double share : permutation_importance(kSpace, constant, all_labels(weighted), 1)) {
    CHECK(share == 0.0);
  }
  // One that is wrong in every respect gets no worse.
  const Known wrong([](const spaces::Genotype& genotype) { return -weighted(genotype); });
  CHECK(permutation_importance(kSpace, wrong, all_labels(weighted), 1)[0] < 0.1);
}

TEST_CASE("the same seed gives the same importance") {
  const auto labels = all_labels(weighted);
  const auto of_seed = [&](std::uint64_t seed) {
    return permutation_importance(kSpace, Known(weighted), labels, seed);
  };
  CHECK(of_seed(1) == of_seed(1));
  CHECK(of_seed(1) != of_seed(2));
}

TEST_CASE("several metrics are asked for once and matter as each alone") {
  const auto other = [](const spaces::Genotype& genotype) { return genotype[2] - genotype[1]; };
  const std::vector<std::vector<predictor::Label>> labels{
      all_labels(weighted), all_labels([](const spaces::Genotype&) { return 1.0; }),
      all_labels(other)};
  const Known first(weighted);
  const Known third(other);
  std::size_t asked = 0;
  const PredictAll predict = [&](std::span<const spaces::Genotype> block) {
    asked += block.size();
    return std::vector<std::vector<predictor::Prediction>>{
        first.predict(block), std::vector<predictor::Prediction>(block.size()),
        third.predict(block)};
  };
  const auto importance = permutation_importance(kSpace, predict, labels, 1);
  REQUIRE(importance.size() == 3);
  const Known alone(weighted);
  CHECK(importance[0] == permutation_importance(kSpace, alone, labels[0], 1));
  CHECK(importance[1].empty());
  CHECK(importance[2] == permutation_importance(kSpace, Known(other), labels[2], 1));
  CHECK(asked == alone.asked);
}

TEST_CASE("there is no importance without labels that differ") {
  CHECK(permutation_importance(kSpace, Known(weighted), {}, 1).empty());
  const auto equal = all_labels([](const spaces::Genotype&) { return 1.0; });
  CHECK(permutation_importance(kSpace, Known(weighted), equal, 1).empty());
}

TEST_CASE("architectures of an unusual length are left out, and of many some are looked at") {
  const SmallSpace large{.genes = 6, .values = 5};
  const auto sum = [](const spaces::Genotype& genotype) {
    double total = 0.0;
    for (const auto gene : genotype.genes()) total += gene;
    return total;
  };
  std::vector<predictor::Label> labels;
  for (std::uint64_t i = 0; i < 3000; ++i)
    labels.push_back({large.at(5 * i), sum(large.at(5 * i))});
  labels.push_back({spaces::Genotype({1, 2}), 100.0});
  const Known known(sum);
  CHECK(permutation_importance(spaces::AnySpace{large}, known, labels, 1).size() == 6);
  CHECK(known.asked > 5'000);
  CHECK(known.asked <= 20'200);
}

/// Three genes that do not fall, each from 0 to 3.
struct RisingSpace : SmallSpace {
  RisingSpace() : SmallSpace{.genes = 3, .values = 4} {}
  void validate(const spaces::Genotype& genotype) const {
    SmallSpace::validate(genotype);
    if (!std::ranges::is_sorted(genotype.genes())) throw spaces::SpaceError("the genes fall");
  }
};

TEST_CASE("what a space refuses is not asked of the predictor") {
  const RisingSpace rising;
  std::vector<predictor::Label> labels;
  for (std::uint64_t i = 0; i < rising.size(); ++i) {
    const spaces::Genotype genotype = rising.at(i);
    if (std::ranges::is_sorted(genotype.genes())) labels.push_back({genotype, weighted(genotype)});
  }
  const Known known([](const spaces::Genotype& genotype) {
    CHECK(std::ranges::is_sorted(genotype.genes()));
    return weighted(genotype);
  });
  const auto importance = permutation_importance(spaces::AnySpace{rising}, known, labels, 1);
  CHECK(importance[0] > importance[1]);
  CHECK(importance[1] > 0.0);
  CHECK(importance[2] == 0.0);
}

}  // namespace
}  // namespace evonas::search
