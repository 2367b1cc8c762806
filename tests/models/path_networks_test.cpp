#include "predictor/models/path_networks.hpp"

#include "contract/predictor_contract.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("networks on paths keep the contract") {
  for (const std::string name : {"nasbench101", "nasbench201", "darts"}) {
    CAPTURE(name);
    const spaces::AnySpace space = spaces::make_space(name);
    const auto paths = std::make_shared<const PathCode>(space);
    check_predictor(
        space, [&] { return std::make_unique<PathNetworks>(paths); }, 0.3);
  }
}

TEST_CASE("networks on paths are not taken in by noisy labels") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const auto paths = std::make_shared<const PathCode>(space);
  check_noise(space, [&] { return std::make_unique<PathNetworks>(paths); });
}

TEST_CASE("a fit of networks on paths that is stopped leaves them as they were") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  PathNetworks networks(std::make_shared<const PathCode>(space));
  const std::vector<Label> labels = made_up_labels(space, 20);
  networks.fit(std::span(labels).first(10), {});
  const std::vector<spaces::Genotype> block = {labels[15].genotype};
  const std::vector<Prediction> before = networks.predict(block);
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(networks.fit(labels, {.stop = stop.get_token()}), PredictorError);
  CHECK((networks.predict(block) == before));
}

}  // namespace
}  // namespace evonas::predictor
