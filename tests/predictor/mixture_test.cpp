#include "predictor/mixture.hpp"

#include <algorithm>

#include "contract/joint_predictor_contract.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/trees.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

std::unique_ptr<JointPredictor> mixture_of(const std::shared_ptr<const GraphFeatures>& features,
                                           double trees, std::size_t metrics) {
  std::vector<Mixture::Member> members;
  members.push_back(
      {separate_metrics(
           metrics, [&] { return std::make_unique<Trees>(features, TreesOptions{.rounds = 60}); }),
       trees});
  members.push_back(
      {separate_metrics(metrics, [] { return std::make_unique<ConstantPredictor>(); }), 1.0});
  return std::make_unique<Mixture>(std::move(members));
}

std::unique_ptr<Predictor> trees_and_constant(const std::shared_ptr<const GraphFeatures>& features,
                                              double trees) {
  return std::make_unique<OneMetric>(mixture_of(features, trees, 1));
}

TEST_CASE("a mixture keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_predictor(
      space, [&] { return trees_and_constant(features, 1.0); }, 0.3);
}

TEST_CASE("a mixture of two metrics keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_joint_predictor(
      space, [&] { return mixture_of(features, 1.0, 2); }, 0.3);
}

TEST_CASE("a mixture whose members share nothing predicts a metric as if it were alone") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const std::vector<std::vector<Label>> lists = two_metrics(space, 60);
  const auto both = mixture_of(features, 1.0, 2);
  both->fit(lists, {.seed = 3});
  std::vector<spaces::Genotype> block;
  for (const Label& label : lists.front()) block.push_back(label.genotype);
  const auto predictions = both->predict(block);
  for (std::size_t metric = 0; metric < lists.size(); ++metric) {
    const auto alone = trees_and_constant(features, 1.0);
    alone->fit(lists[metric], {.seed = 3});
    CHECK((alone->predict(block) == predictions[metric]));
  }
}

TEST_CASE(
    "the members of a mixture count as they weigh, and those of a mixture in it are its own") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  std::vector<Mixture::Member> members;
  members.push_back({mixture_of(features, 3.0, 1), 1.0});
  members.push_back(
      {separate_metrics(1, [] { return std::make_unique<ConstantPredictor>(); }), 1.0});
  Mixture mixture(std::move(members));
  const std::vector<std::vector<Label>> labels{made_up_labels(space, 60)};
  mixture.fit(labels, {.seed = 3});
  CHECK((mixture.shares() == std::vector<double>{0.375, 0.125, 0.5}));
  std::vector<spaces::Genotype> block;
  for (const Label& label : labels.front()) block.push_back(label.genotype);
  const std::vector<MemberMeans> means = mixture.predict_members(block);
  REQUIRE(means.size() == 1);
  REQUIRE(means.front().size() == 3);
  // The trees tell architectures apart; constants do not.
  const auto [least, most] = std::ranges::minmax(means.front()[0]);
  CHECK(most > least + 1.0);
  CHECK((means.front()[2] == std::vector<double>(block.size(), means.front()[2].front())));
  check_members(&mixture, mixture.predict(block), block);
}

TEST_CASE("the more a member weighs, the closer is the mixture to it") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const std::vector<Label> labels = made_up_labels(space, 60);
  std::vector<spaces::Genotype> block;
  for (const Label& label : labels) block.push_back(label.genotype);
  const auto spread_of = [&](double trees) {
    const auto mixture = trees_and_constant(features, trees);
    mixture->fit(labels, {});
    double least = 1e9;
    double most = -1e9;
    for (const Prediction& prediction : mixture->predict(block)) {
      least = std::min(least, prediction.mean);
      most = std::max(most, prediction.mean);
    }
    return most - least;
  };
  CHECK(spread_of(0.1) < spread_of(1.0));
  CHECK(spread_of(1.0) < spread_of(10.0));
}

TEST_CASE("a mixture passes the noise of labels on") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_noise(space, [&] { return trees_and_constant(features, 1.0); });
}

TEST_CASE("a mixture tells the progress of all its members together") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto mixture = trees_and_constant(std::make_shared<const GraphFeatures>(space), 1.0);
  std::vector<double> shares;
  mixture->fit(made_up_labels(space, 20),
               {.progress = [&](double share) { shares.push_back(share); }});
  REQUIRE_FALSE(shares.empty());
  CHECK(std::ranges::is_sorted(shares));
  CHECK(shares.back() <= 1.0);
}

}  // namespace
}  // namespace evonas::predictor
