#include "predictor/plain_predictors.hpp"

#include "contract/predictor_contract.hpp"
#include "message_of.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/trees.hpp"
#include "sanitized.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

using tests::kSanitized;
using tests::message_of;

std::unique_ptr<Predictor> make(const std::string& name, const spaces::AnySpace& space) {
  if (kSanitized && name == "trees") {  // fewer of them: every line runs all the same
    return std::make_unique<Trees>(std::make_shared<const GraphFeatures>(space),
                                   TreesOptions{.rounds = 30});
  }
  return make_plain_predictor(name, space,
                              [&] { return std::make_shared<const GraphFeatures>(space); });
}

TEST_CASE("predictors without LibTorch keep the contract") {
  for (const std::string name : {"nasbench101", "mobilenetv3"}) {  // a cell, and a chain
    const spaces::AnySpace space = spaces::make_space(name);
    for (const std::string& predictor : predictor_names()) {
      if (!make(predictor, space)) continue;
      CAPTURE(name);
      CAPTURE(predictor);
      const double learns = predictor == "trees" ? 0.3 : -1.0;
      check_predictor(
          space, [&] { return make(predictor, space); }, learns);
    }
  }
}

TEST_CASE("a predictor that does not exist is named with the nearest that does") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  CHECK(message_of<PredictorError>([&] { make("randon", space); }) ==
        "there is no predictor 'randon'; did you mean random?");
}

TEST_CASE("a label that is no number is named") {
  const std::vector<Label> labels = {{spaces::Genotype({1, 2}), 1.0},
                                     {spaces::Genotype({3, 4}), std::nan("")}};
  CHECK(message_of<PredictorError>([&] { check_labels(labels); }).find("label 1") == 0);
  for (const double noise : {-0.5, std::nan("")}) {
    CHECK_THROWS_AS(check_labels(std::vector<Label>{{spaces::Genotype({1}), 1.0, noise}}),
                    PredictorError);
  }
}

}  // namespace
}  // namespace evonas::predictor
