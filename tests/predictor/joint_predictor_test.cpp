#include "predictor/joint_predictor.hpp"

#include "contract/joint_predictor_contract.hpp"
#include "message_of.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/trees.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

spaces::Genotype genotype(spaces::Genotype::Gene gene) {
  return spaces::Genotype(std::vector{gene});
}

std::unique_ptr<JointPredictor> constants(std::size_t metrics) {
  return separate_metrics(metrics, [] { return std::make_unique<ConstantPredictor>(); });
}

TEST_CASE("separate metrics keep the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_joint_predictor(
      space,
      [&] {
        return separate_metrics(
            2, [&] { return std::make_unique<Trees>(features, TreesOptions{.rounds = 60}); });
      },
      0.3);
}

TEST_CASE("labels of an architecture are joined, and others stay apart") {
  const std::vector<std::vector<Label>> lists{
      {{genotype(3), 1.0}, {genotype(1), 2.0}, {genotype(3), 3.0}},
      {{genotype(2), 4.0}, {genotype(3), 5.0}}};
  const JoinedLabels joined = join(lists);
  CHECK((joined.architectures == std::vector{genotype(3), genotype(1), genotype(3), genotype(2)}));
  CHECK(joined.rows == std::vector<std::vector<std::size_t>>{{0, 1, 2}, {3, 0}});
}

TEST_CASE("one list is joined to what it is, label by label") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  std::vector<Label> labels = made_up_labels(space, 20);
  labels.push_back(labels[3]);
  const JoinedLabels joined = join({&labels, 1});
  REQUIRE(joined.architectures.size() == labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    CHECK((joined.architectures[i] == labels[i].genotype));
    CHECK(joined.rows[0][i] == i);
  }
}

TEST_CASE("complaints about labels say of which metric they are") {
  const std::vector<std::vector<Label>> lists{{{genotype(1), 1.0}}, {}};
  CHECK(tests::message_of<PredictorError>([&] { constants(2)->fit(lists, {}); }) ==
        "metric 2 of 2: no labels were given to learn from, expected at least one");
  CHECK(tests::message_of<PredictorError>([&] {
          constants(1)->fit(std::span(lists).last(1), {});
        }) == "no labels were given to learn from, expected at least one");
  CHECK(tests::message_of<PredictorError>([&] { constants(3)->fit(lists, {}); }) ==
        "labels of 2 metrics were given to a predictor of 3");
}

TEST_CASE("transforms of labels come back, for as many metrics") {
  const std::vector<std::vector<Label>> lists{
      {{genotype(1), 1.0}, {genotype(2), 7.0}, {genotype(3), 3.0}},
      {{genotype(1), -5.0}, {genotype(2), -6.0}}};
  const std::vector<RankNormal> transforms = transforms_of(rank_each(lists, 2));
  const nlohmann::json state = state_of(transforms);
  const std::vector<RankNormal> restored = transforms_from(state, 2);
  CHECK(restored[0].score(2.0) == transforms[0].score(2.0));
  CHECK(restored[1].score(-5.5) == transforms[1].score(-5.5));
  CHECK_THROWS_AS(transforms_from(state, 1), PredictorError);
  // One alone stands as it is.
  CHECK((state_of(std::span(transforms).first(1)) == transforms[0].state()));
  CHECK_THROWS_AS(transforms_from(transforms[0].state(), 2), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
