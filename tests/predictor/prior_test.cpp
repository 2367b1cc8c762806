#include "predictor/prior.hpp"

#include <cmath>
#include <memory>

#include "base/json.hpp"
#include "base/rank_correlation.hpp"
#include "contract/predictor_contract.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/random_architectures.hpp"
#include "predictor/trees.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

/// How good an architecture is in the tests: what two tasks have in common.
double quality(const spaces::Genotype& genotype) {
  double sum = 0.0;
  for (const auto gene : genotype.genes()) sum += gene == 3 ? 2.0 : (gene == 0 ? -1.0 : 0.1);
  return sum;
}

/// Knows the quality, times `scale`.
class EarlierTask final : public Predictor {
 public:
  explicit EarlierTask(double scale) : scale_(scale) {}
  void fit(std::span<const Label> /*labels*/, const FitControl& /*control*/) override {}
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override {
    std::vector<Prediction> predictions;
    for (const auto& genotype : block) predictions.push_back({scale_ * quality(genotype), 0.0});
    return predictions;
  }
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return nullptr; }
  void restore(const nlohmann::json& /*state*/) override {}

 private:
  double scale_;
};

std::shared_ptr<const Prior> prior_of(const spaces::AnySpace& space, double scale) {
  return std::make_shared<const Prior>(std::make_unique<EarlierTask>(scale), space);
}

std::vector<Label> labels_of(const spaces::AnySpace& space, std::size_t count,
                             std::string_view purpose) {
  std::vector<Label> labels;
  for (const auto& genotype : random_architectures(space, count, 1, purpose)) {
    labels.push_back({genotype, 50.0 + quality(genotype), 0.0});
  }
  return labels;
}

/// Kendall's tau of what a fit to few labels expects of others.
double tau_of(Predictor& predictor, const spaces::AnySpace& space) {
  predictor.fit(labels_of(space, 12, "learnt"), {});
  std::vector<spaces::Genotype> block;
  std::vector<double> truth;
  for (const Label& label : labels_of(space, 200, "tested")) {
    block.push_back(label.genotype);
    truth.push_back(label.value);
  }
  std::vector<double> expected;
  for (const Prediction& prediction : predictor.predict(block)) {
    expected.push_back(prediction.mean);
  }
  return kendall_tau_b(truth, expected);
}

TEST_CASE("a prior tells scores, whatever the unit of its task is") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto block = random_architectures(space, 50, 2, "asked");
  const std::vector<double> scores = prior_of(space, 1.0)->scores(block);
  const std::vector<double> larger = prior_of(space, 1000.0)->scores(block);
  for (std::size_t i = 0; i < block.size(); ++i) {
    CHECK(scores[i] == doctest::Approx(larger[i]));
    CHECK(std::abs(scores[i]) < 4.0);
  }
}

TEST_CASE("a predictor with a prior keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const auto prior = prior_of(space, 1.0);
  check_predictor(
      space,
      [&] {
        return std::make_unique<WithPrior>(
            std::make_unique<Trees>(features, TreesOptions{.rounds = 60}), prior);
      },
      0.3);
}

TEST_CASE("a few labels say more with what an earlier task knows, of either sign") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const auto trees = [&] { return std::make_unique<Trees>(features, TreesOptions{.rounds = 60}); };
  const double alone = tau_of(*trees(), space);
  for (const double scale : {1.0, -1.0}) {
    WithPrior informed(trees(), prior_of(space, scale));
    CHECK(tau_of(informed, space) > alone + 0.1);
    CHECK(informed.slope() * scale > 0.5);
  }
}

TEST_CASE("a prior that says nothing changes nothing but the numbers of parameters") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const std::vector<Label> labels = labels_of(space, 30, "learnt");
  WithPrior with(std::make_unique<ConstantPredictor>(), prior_of(space, 0.0));
  with.fit(labels, {});
  CHECK(with.slope() == doctest::Approx(0.0));
  CHECK(with.parameters() == ConstantPredictor().parameters() + 1);
}

TEST_CASE("the more labels there are, the less is a prior trusted") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  double last = 1.0;
  for (const std::size_t count : {20, 100, 400}) {
    WithPrior with(std::make_unique<ConstantPredictor>(), prior_of(space, 1.0));
    with.fit(labels_of(space, count, "learnt"), {});
    CHECK(with.slope() < last);
    last = with.slope();
  }
  CHECK(last > 0.0);
}

/// Has one point of a learning curve, where it predicts as after the fit: all are 0.
class WithCurve final : public Predictor {
 public:
  void fit(std::span<const Label> /*labels*/, const FitControl& control) override {
    const PredictBlock predicts = [this](auto block) { return predict(block); };
    if (control.on_point) control.on_point({.epoch = 1}, predicts);
  }
  std::vector<Prediction> predict(std::span<const spaces::Genotype> block) const override {
    return std::vector<Prediction>(block.size());
  }
  std::size_t parameters() const override { return 0; }
  nlohmann::json state() const override { return nullptr; }
  void restore(const nlohmann::json& /*state*/) override {}
};

TEST_CASE("learning curves are of what is predicted with the prior") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto block = random_architectures(space, 20, 3, "asked");
  std::vector<Prediction> told;
  FitControl control;
  control.on_point = [&](const LearningPoint& /*point*/, const PredictBlock& predict) {
    told = predict(block);
  };
  WithPrior with(std::make_unique<WithCurve>(), prior_of(space, 1.0));
  with.fit(labels_of(space, 30, "learnt"), control);
  CHECK(told == with.predict(block));
  CHECK(with.explainer() == nullptr);
  CHECK(with.ensemble() == nullptr);
}

TEST_CASE("a predictor with a prior refuses states that are none, and is as it was") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  WithPrior with(std::make_unique<ConstantPredictor>(), prior_of(space, 1.0));
  CHECK_THROWS_AS(with.state(), PredictorError);
  with.fit(labels_of(space, 30, "learnt"), {});
  nlohmann::json state = with.state();
  state["slope"] = std::nan("");
  CHECK_THROWS_AS(with.restore(state), PredictorError);
  CHECK(with.slope() > 0.0);
}

}  // namespace
}  // namespace evonas::predictor
