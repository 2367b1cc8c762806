#include "predictor/loss_terms.hpp"

#include <doctest/doctest.h>

#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("losses are listed with their weights") {
  const std::vector<LossTerm> terms = parse_losses("squared_error=0.5+pairwise_hinge=2+list_mle");
  REQUIRE(terms.size() == 3);
  CHECK((terms[0] == LossTerm{Loss::SquaredError, 0.5}));
  CHECK((terms[1] == LossTerm{Loss::PairwiseHinge, 2.0}));
  CHECK((terms[2] == LossTerm{Loss::ListMle, 1.0}));
  for (const std::string& name : loss_names()) CHECK(parse_losses(name).size() == 1);
}

TEST_CASE("what is no list of losses says why") {
  CHECK(losses_fault("").empty());
  CHECK(losses_fault("squared_error").empty());
  CHECK(losses_fault("hinge=1").starts_with("there is no loss 'hinge'; there are squared_error, "));
  CHECK(losses_fault("squared_error+").starts_with("there is no loss ''"));
  CHECK(losses_fault("list_mle=0") ==
        "the loss list_mle has the weight '0', expected a number above 0");
  CHECK_FALSE(losses_fault("list_mle=-1").empty());
  CHECK_FALSE(losses_fault("list_mle=nan").empty());
  CHECK_FALSE(losses_fault("list_mle=1x").empty());
  CHECK_FALSE(losses_fault("list_mle=").empty());
  CHECK(losses_fault("list_mle+list_mle=2") == "the loss list_mle is there twice");
  CHECK_THROWS_AS(parse_losses(""), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
