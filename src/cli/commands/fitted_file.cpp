#include "cli/commands/fitted_file.hpp"

#include <utility>

#include <fmt/format.h>

#include "cli/commands/network_choice.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/family_space.hpp"
#include "cli/run/fitted_on_device.hpp"
#include "cli/run/given_networks.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

/// Where a predictor is used, and what networks read there.
struct Place {
  spaces::AnySpace space;
  std::optional<spaces::NetworkInput> input;
};

Place networks_of_files(const std::vector<std::string>& files) {
  std::vector<GivenNetwork> networks;
  for (const std::string& file : files) {
    networks.push_back({.name = file, .network = load_network({.file = file}).graph});
  }
  return {.space = spaces::AnySpace(GivenNetworks(std::move(networks))),
          .input = spaces::NetworkInput{}};
}

/// Throws PredictorError where the predictor knows nothing but what it was fitted to.
void check_elsewhere(const std::string& file, const UsedElsewhere& elsewhere,
                     const predictor::CheckpointAbout& about) {
  if (elsewhere.space.empty() && !elsewhere.space_options.empty()) {
    throw predictor::PredictorError("--set is of the space that --space names, and there is none");
  }
  if (!about.devices.empty() && (!elsewhere.space.empty() || !elsewhere.networks.empty())) {
    throw predictor::PredictorError(
        fmt::format("{} has learnt architectures of {} on devices: leave out --space and --network",
                    file, about.space));
  }
  const bool sees_networks = about.space == kFamiliesSpace || !about.input.empty();
  const bool anywhere = predictor::reads_any_network(about.predictor, sees_networks);
  if (!elsewhere.networks.empty() && !anywhere) {
    throw predictor::PredictorError(fmt::format(
        "{}: {} was fitted to the space {} and reads no networks of files: leave out --network",
        file, about.predictor, about.space));
  }
  if (!elsewhere.space.empty() && elsewhere.space != about.space && !anywhere &&
      about.predictor != "cg") {
    throw predictor::PredictorError(
        fmt::format("{} predicts with {} in the space {} alone, not in {}: only cg, and predictors "
                    "fitted to whole networks, can be used in another space",
                    file, about.predictor, about.space, elsewhere.space));
  }
  if (about.space == kFamiliesSpace && elsewhere.networks.empty() && elsewhere.space.empty()) {
    throw predictor::PredictorError(fmt::format(
        "{} was fitted to networks of several families: name networks with --network FILE, or a "
        "space with --space NAME",
        file));
  }
}

Place place_of(const UsedElsewhere& elsewhere, const predictor::CheckpointAbout& about) {
  if (!elsewhere.networks.empty()) return networks_of_files(elsewhere.networks);
  if (elsewhere.space.empty()) {
    return {.space = config::make_space(about.space, about.space_options),
            .input = input_of(about.input)};
  }
  std::string input = elsewhere.input.empty() ? about.input : elsewhere.input;
  // What learns from networks of several families looks at whole networks everywhere.
  if (input.empty() && about.predictor != "cg") input = "cifar10";
  return {.space = config::make_space(elsewhere.space, elsewhere.space_options),
          .input = input_of(input)};
}

}  // namespace

void add_elsewhere(CLI::App& command, UsedElsewhere& elsewhere) {
  command.add_option("--space", elsewhere.space,
                     "search space to predict in instead of the one that it was fitted in (cg, and "
                     "predictors that read whole networks)");
  command.add_option("--set", elsewhere.space_options, "option of that space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--input", elsewhere.input, "what networks of that space read (cifar10)");
  command.add_option("--on", elsewhere.device,
                     "the device to predict on, of a predictor that has learnt several together");
}

FittedFile read_fitted(const std::string& file, const UsedElsewhere& elsewhere,
                       const predictor::ComputingOptions& computing) {
  const predictor::Checkpoint checkpoint = predictor::read_checkpoint(read_whole(file), file);
  predictor::CheckpointAbout about = checkpoint.about;
  if (about.predictor == predictor::checkpoint_name(predictor::Pretraining::Computation)) {
    about.predictor = "cg";
    about.metric = "score";
  }
  check_elsewhere(file, elsewhere, about);
  Place place = place_of(elsewhere, about);
  const PredictorOptions options{.input = place.input,
                                 .statics = about.statics,
                                 .networks = {.computing = computing, .fitting = {}}};
  std::unique_ptr<predictor::Predictor> fitted =
      make_fitted(place.space, options, elsewhere.device, about, file);
  predictor::restore(*fitted, checkpoint, file);
  return {.about = std::move(about),
          .space = std::move(place.space),
          .input = place.input,
          .predictor = std::move(fitted)};
}

}  // namespace evonas::cli
