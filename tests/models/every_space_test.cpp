#include <algorithm>
#include <string>

#include "cli/run/predictors.hpp"
#include "contract/predictor_contract.hpp"
#include "spaces/space_list.hpp"
#include "torch_doctest.hpp"

// Every predictor in every kind of space, by its name alone: what a fit of few labels and one epoch
// leaves predicts and comes back from a checkpoint, or one clear sentence refuses.
namespace evonas::cli {
namespace {

constexpr std::uint64_t kFewLabels = 8;

/// Spaces of small networks.
std::vector<spaces::AnySpace> small_spaces() {
  return {
      spaces::make_space(spaces::NasBench101Options{.channels = 4, .modules_per_stack = 1}),
      spaces::make_space(spaces::DartsOptions{.channels = 4, .cells = 5}),
      spaces::make_space(spaces::MobileNetV3Options{.first_stride = 1, .search_resolution = false}),
      spaces::make_space(spaces::HierarchicalOptions{.initial_mutations = 50, .channels = 4}),
      spaces::make_space(spaces::DeclaredOptions{.file = EVONAS_SOURCE_DIR
                                                 "/configs/spaces/nas_bench_macro.yaml"})};
}

/// What is learnt before fits, made small.
PredictorOptions quick_options() {
  PredictorOptions options;
  options.use_carried = false;
  options.pretraining = {.networks = 1, .layers = 1, .width = 16, .graphs = 32, .steps = 2};
  options.arch2vec = {
      .layers = 2, .width = 16, .latent = 4, .graphs = 32, .epochs = 1, .least_steps = 1};
  options.computation = {.layers = 1, .width = 16};
  options.networks.fitting.epochs = 1;
  return options;
}

/// What a message must say where a predictor may refuse a space; empty where it may not.
std::string refusal_of(const std::string& model, const std::string& space) {
  if (model == "path_networks" && space == "mobilenetv3") return "no paths of operations";
  if (model == "nar_former") return "expected cells, not whole networks";
  return {};
}

void check_fits(const PredictorSource& source, const std::string& model,
                const spaces::AnySpace& space) {
  const std::vector<predictor::Label> labels = predictor::made_up_labels(space, kFewLabels);
  std::vector<spaces::Genotype> block;
  for (const predictor::Label& label : labels) block.push_back(label.genotype);
  const auto fitted = source.make(model);
  fitted->fit(labels, {});
  for (const predictor::Prediction& prediction : fitted->predict(block)) {
    CHECK(std::isfinite(prediction.mean));
    CHECK(std::isfinite(prediction.deviation));
  }
  predictor::check_restored(*fitted, *source.make(model), block);
}

void check_fits_or_refuses(const PredictorSource& source, const std::string& model,
                           const spaces::AnySpace& space) {
  CAPTURE(model);
  CAPTURE(space.name());
  try {
    check_fits(source, model, space);
  } catch (const predictor::PredictorError& error) {
    const std::string message = error.what();
    CAPTURE(message);
    const std::string refusal = refusal_of(model, space.name());
    CHECK_FALSE(refusal.empty());
    CHECK(message.find(refusal) != std::string::npos);
  }
}

TEST_CASE("every predictor fits the cells of every space, or refuses them clearly") {
  for (const spaces::AnySpace& space : small_spaces()) {
    const PredictorSource source(space, quick_options());
    for (const std::string& model : predictor::predictor_names()) {
      // What takes seconds and has the parts of another predictor: in two of the spaces.
      const bool is_costly =
          model == "evonas" || model == "mixture" || model == "nn_former_published";
      if (is_costly && space.name() != "hierarchical" && space.name() != "nasbench101") continue;
      check_fits_or_refuses(source, model, space);
    }
  }
}

TEST_CASE("predictors learn by the losses that are asked for, or refuse them clearly") {
  const spaces::AnySpace space =
      spaces::make_space(spaces::NasBench101Options{.channels = 4, .modules_per_stack = 1});
  PredictorOptions options = quick_options();
  options.networks.fitting.losses = "squared_error=0.5+pairwise_hinge=0.5";
  options.networks.fitting.validation = 0.25;
  options.networks.fitting.twin = "another_order";
  const PredictorSource source(space, options);
  for (const std::string model : {"networks", "nar_former", "gin", "ledg_former", "node_costs"}) {
    check_fits_or_refuses(source, model, space);
  }
  for (const std::string model : {"carl", "cg", "arch2vec", "path_networks"}) {
    CAPTURE(model);
    CHECK_THROWS_WITH_AS(source.make(model), doctest::Contains("has a training of its own"),
                         predictor::PredictorError);
  }
}

TEST_CASE("predictors that can look at whole networks fit those of every space") {
  for (const spaces::AnySpace& space : small_spaces()) {
    PredictorOptions options = quick_options();
    options.input = spaces::NetworkInput{};
    const PredictorSource source(space, options);
    for (const std::string model : {"nar_former_v2", "nn_former", "nnlp", "node_costs", "trees"}) {
      check_fits_or_refuses(source, model, space);
    }
  }
}

}  // namespace
}  // namespace evonas::cli
