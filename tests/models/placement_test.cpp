#include "predictor/models/placement.hpp"

#include <ATen/autocast_mode.h>

#include "contract/predictor_contract.hpp"
#include "models/nasbench201_values.hpp"
#include "predictor/models/carl_predictor.hpp"
#include "predictor/models/ledg_former_recipe.hpp"
#include "predictor/models/network_ensemble.hpp"
#include "predictor/models/network_predictor.hpp"
#include "predictor/models/network_recipe.hpp"
#include "predictor/models/published_predictor.hpp"
#include "predictor/models/published_recipe.hpp"
#include "predictor/random_architectures.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

const ComputingOptions kFloats = {};
const ComputingOptions kBfloat16 = {.precision = "bfloat16"};

/// Where the same predictor may compute, with the models whose predictions are compared.
struct Places {
  spaces::AnySpace space = spaces::make_space("nasbench201");
  std::shared_ptr<const GraphFeatures> features = std::make_shared<const GraphFeatures>(space);
  std::vector<Label> labels = made_up_labels(space, 100);
  std::vector<spaces::Genotype> unseen = random_architectures(space, 1000, 5, "unseen");

  std::unique_ptr<Predictor> make(const std::string& model,
                                  const ComputingOptions& computing) const {
    if (model == "carl") {
      return std::make_unique<CarlPredictor>(features, CarlFit{.epochs = 20, .least_steps = 1},
                                             computing);
    }
    if (model == "ledg_former") {
      return std::make_unique<PublishedPredictor>(features, ledg_former_recipe(*features, 20),
                                                  computing);
    }
    if (model == "nnlp" || model == "node_costs") {
      return std::make_unique<NetworkPredictor>(space, spaces::NetworkInput::parse("1x8x8:3"),
                                                network_recipe(model, 2), computing);
    }
    if (model != "networks") {
      return std::make_unique<PublishedPredictor>(features, published_recipe(model, 20), computing);
    }
    const auto pretraining = [this](const FitControl& control) {
      return std::make_shared<const PretrainedNetworks>(
          *features, PretrainingOptions{.networks = 2, .graphs = 64, .steps = 4}, control);
    };
    return std::make_unique<OneMetric>(
        std::make_unique<NetworkEnsemble>(features, pretraining, computing));
  }

  std::vector<double> means(const Predictor& fitted) const {
    std::vector<double> means;
    for (const Prediction& prediction : fitted.predict(unseen)) means.push_back(prediction.mean);
    return means;
  }
};

const std::vector<std::string> kModels = {"nar_former", "nar_former_v2", "nn_former", "graphsage",
                                          "gin",        "networks",      "carl",      "ledg_former",
                                          "nnlp",       "node_costs"};

double largest_difference(std::span<const double> a, std::span<const double> b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

double spread_of(std::span<const double> values) {
  const auto [least, most] = std::ranges::minmax(values);
  return most - least;
}

TEST_CASE("scores in bfloat16 are other scores that rank alike") {
  const Places places;
  for (const std::string model : {"graphsage", "networks", "carl"}) {
    CAPTURE(model);
    const auto fitted = places.make(model, kFloats);
    fitted->fit(places.labels, {});
    const auto rough = places.make(model, kBfloat16);
    rough->restore(fitted->state());
    const std::vector<double> exact = places.means(*fitted);
    const std::vector<double> rounded = places.means(*rough);
    CHECK(largest_difference(exact, rounded) > 0.0);
    CHECK(kendall_tau_b(exact, rounded) > 0.95);
    CHECK(!at::autocast::is_autocast_enabled(torch::kCPU));
  }
}

/// Labels of cells of NAS-Bench-201, made up where the published ones are absent.
std::vector<Label> labels_of_cells(const spaces::AnySpace& space, bool& published) {
  const auto values = tests::nasbench201_values(space);
  published = values.has_value();
  if (!published) return made_up_labels(space, 3000);
  std::vector<Label> labels;
  for (const tests::Nasbench201Value& value : *values) {
    labels.push_back({value.genotype, value.validation});
  }
  Rng(1, "cells to learn and to test on").shuffle(std::span(labels));
  labels.resize(5000);
  return labels;
}

TEST_CASE("scores in bfloat16 rank labels as well as those in float32") {
  const Places places;
  bool published = false;
  const std::vector<Label> labels = labels_of_cells(places.space, published);
  const auto learnt = std::span(labels).first(200);
  std::vector<spaces::Genotype> unseen;
  std::vector<double> values;
  for (const Label& label : std::span(labels).subspan(learnt.size())) {
    unseen.push_back(label.genotype);
    values.push_back(label.value);
  }
  const auto tau_of = [&](const Predictor& fitted) {
    std::vector<double> means;
    for (const Prediction& prediction : fitted.predict(unseen)) means.push_back(prediction.mean);
    return kendall_tau_b(means, values);
  };
  for (const std::string model : {"graphsage", "networks"}) {
    CAPTURE(model);
    const auto exact = places.make(model, kFloats);
    exact->fit(learnt, {});
    const auto rough = places.make(model, kBfloat16);
    rough->restore(exact->state());
    const double tau = tau_of(*exact);
    CHECK(tau > 0.2);
    CHECK(std::abs(tau_of(*rough) - tau) < (published ? 0.003 : 0.01));
  }
}

TEST_CASE("a device that is not there is refused") {
  const Places places;
  CHECK_THROWS_WITH_AS(places.make("nn_former", {.device = "tpu"}),
                       "device tpu: expected cpu, cuda or cuda:N", PredictorError);
  CHECK_THROWS_AS(places.make("networks", {.device = "cuda:77"}), PredictorError);
  CHECK_THROWS_WITH_AS(places.make("carl", {.device = "cpu,tpu"}),
                       "device tpu: expected cpu, cuda or cuda:N", PredictorError);
}

TEST_CASE("several devices score as one does") {
  const Places places;
  for (const std::string model : {"graphsage", "networks", "carl"}) {
    CAPTURE(model);
    const auto one = places.make(model, kFloats);
    one->fit(std::span(places.labels).first(30), {});
    const auto two = places.make(model, {.device = "cpu,cpu"});
    two->fit(std::span(places.labels).first(30), {});
    CHECK((two->state() == one->state()));
    CHECK((two->predict(places.unseen) == one->predict(places.unseen)));
    const auto rough = places.make(model, kBfloat16);
    rough->restore(one->state());
    const auto rough_two = places.make(model, {.device = "cpu,cpu", .precision = "bfloat16"});
    rough_two->restore(one->state());
    CHECK((places.means(*rough_two) == places.means(*rough)));
  }
}

TEST_CASE("autocasting is afterwards as it was before") {
  const Placement rough(kBfloat16);
  {
    const Scoring outer(rough);
    { const Scoring inner(rough); }
    CHECK(at::autocast::is_autocast_enabled(torch::kCPU));
  }
  CHECK(!at::autocast::is_autocast_enabled(torch::kCPU));
}

TEST_CASE("what was fitted on a GPU scores there and on the host alike") {
  if (!torch::cuda::is_available()) {
    MESSAGE("skipped: this LibTorch finds no GPU");
    return;
  }
  const Places places;
  const ComputingOptions gpu{.device = "cuda"};
  for (const std::string& model : kModels) {
    CAPTURE(model);
    const auto there = places.make(model, gpu);
    there->fit(places.labels, {});
    const auto here = places.make(model, kFloats);
    here->restore(there->state());
    const std::vector<double> exact = places.means(*here);
    CHECK(largest_difference(places.means(*there), exact) < 1e-3 * spread_of(exact));
    const auto back = places.make(model, gpu);
    back->restore(here->state());
    CHECK(largest_difference(places.means(*back), exact) < 1e-3 * spread_of(exact));
  }
}

}  // namespace
}  // namespace evonas::predictor
