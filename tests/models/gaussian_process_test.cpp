#include "predictor/models/gaussian_process.hpp"

#include "contract/predictor_contract.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("the Gaussian process keeps the contract on every space") {
  for (const std::string& name : spaces::ready_space_names()) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const auto features = std::make_shared<const GraphFeatures>(space);
    check_predictor(
        space, [&] { return std::make_unique<GaussianProcess>(features); }, 0.5);
  }
}

TEST_CASE("a Gaussian process is sure of what it has seen and less so of the rest") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  GaussianProcess process(std::make_shared<const GraphFeatures>(space));
  const std::vector<Label> labels = made_up_labels(space, 80);
  process.fit(std::span(labels).first(60), {});
  double seen = 0.0;
  double unseen = 0.0;
  for (std::size_t i = 0; i < 20; ++i) {
    seen += process.predict(std::vector{labels[i].genotype})[0].deviation;
    unseen += process.predict(std::vector{labels[60 + i].genotype})[0].deviation;
  }
  CHECK(seen < unseen);
}

TEST_CASE("a Gaussian process is not taken in by noisy labels") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  check_noise(space, [&] { return std::make_unique<GaussianProcess>(features); });
}

TEST_CASE("what a Gaussian process knows of noise is in its state, if it knows any") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  std::vector<Label> labels = made_up_labels(space, 30);
  GaussianProcess process(features);
  process.fit(labels, {});
  CHECK_FALSE(process.state().contains("variances"));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i].noise = static_cast<double>(i);
  process.fit(labels, {});
  GaussianProcess restored(features);
  check_restored(process, restored, std::vector{labels[0].genotype, labels[29].genotype});
}

TEST_CASE("a fit that is stopped leaves the predictor as it was") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  GaussianProcess process(std::make_shared<const GraphFeatures>(space));
  const std::vector<Label> labels = made_up_labels(space, 40);
  process.fit(std::span(labels).first(20), {});
  const std::vector<spaces::Genotype> block = {labels[30].genotype};
  const std::vector<Prediction> before = process.predict(block);
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(process.fit(labels, {.stop = stop.get_token()}), PredictorError);
  CHECK((process.predict(block) == before));
}

}  // namespace
}  // namespace evonas::predictor
