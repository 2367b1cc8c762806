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

TEST_CASE("a Gaussian process on colours, alone or beside features, keeps the contract") {
  for (const GraphKernel kernel : {GraphKernel::WeisfeilerLehman, GraphKernel::Both}) {
    for (const std::string& name : spaces::ready_space_names()) {
      CAPTURE(name);
      const spaces::AnySpace space = spaces::make_space(name);
      const auto features = std::make_shared<const GraphFeatures>(space);
      const GaussianProcessOptions options{.kernel = kernel, .steps = 60};
      check_predictor(
          space, [&] { return std::make_unique<GaussianProcess>(features, options); }, 0.5);
    }
  }
}

TEST_CASE("a Gaussian process on colours ranks cells that it has not seen") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const std::vector<Label> labels = made_up_labels(space, 300);
  std::vector<spaces::Genotype> unseen;
  std::vector<double> values;
  for (const Label& label : std::span(labels).subspan(200)) {
    unseen.push_back(label.genotype);
    values.push_back(label.value);
  }
  for (const GraphKernel kernel : {GraphKernel::WeisfeilerLehman, GraphKernel::Both}) {
    GaussianProcess process(features, {.kernel = kernel});
    process.fit(std::span(labels).first(200), {});
    std::vector<double> means;
    for (const Prediction& prediction : process.predict(unseen)) means.push_back(prediction.mean);
    CHECK(kendall_tau_b(means, values) > 0.5);
  }
}

TEST_CASE("a Gaussian process is restored with its own kernel only") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto features = std::make_shared<const GraphFeatures>(space);
  const std::vector<Label> labels = made_up_labels(space, 20);
  const std::vector kernels = {GraphKernel::Matern, GraphKernel::WeisfeilerLehman,
                               GraphKernel::Both};
  for (const GraphKernel kernel : kernels) {
    GaussianProcess fitted(features, {.kernel = kernel, .steps = 5});
    fitted.fit(labels, {});
    CHECK(fitted.relevance().empty() == (kernel == GraphKernel::WeisfeilerLehman));
    for (const GraphKernel other : kernels) {
      if (other == kernel) continue;
      GaussianProcess restored(features, {.kernel = other});
      CHECK_THROWS_AS(restored.restore(fitted.state()), PredictorError);
    }
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
  for (const GraphKernel kernel : {GraphKernel::Matern, GraphKernel::Both}) {
    const GaussianProcessOptions options{.kernel = kernel};
    check_noise(space, [&] { return std::make_unique<GaussianProcess>(features, options); });
  }
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
