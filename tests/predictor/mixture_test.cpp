#include "predictor/mixture.hpp"

#include "contract/predictor_contract.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/trees.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

std::unique_ptr<Mixture> trees_and_constant(const std::shared_ptr<const GraphFeatures>& features,
                                            double trees) {
  std::vector<Mixture::Member> members;
  members.push_back({std::make_unique<Trees>(features, TreesOptions{.rounds = 60}), trees});
  members.push_back({std::make_unique<ConstantPredictor>(), 1.0});
  return std::make_unique<Mixture>(std::move(members));
}

TEST_CASE("a mixture keeps the contract") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_predictor(
      space, [&] { return trees_and_constant(features, 1.0); }, 0.3);
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
