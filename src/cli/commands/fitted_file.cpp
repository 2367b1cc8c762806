#include "cli/commands/fitted_file.hpp"

#include <fmt/format.h>

#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {

void add_space_of_file(CLI::App& command, std::string& space, std::vector<std::string>& options) {
  command.add_option("--space", space,
                     "search space to predict in instead of the one that it was fitted in (cg)");
  command.add_option("--set", options, "option of that space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

FittedFile read_fitted(const std::string& file, const std::string& space,
                       std::span<const std::string> options) {
  const predictor::Checkpoint checkpoint = predictor::read_checkpoint(read_whole(file), file);
  predictor::CheckpointAbout about = checkpoint.about;
  if (about.predictor == predictor::checkpoint_name(predictor::Pretraining::Computation)) {
    about.predictor = "cg";
    about.metric = "score";
  }
  if (!space.empty()) {
    if (about.predictor != "cg" && about.space != space) {
      throw predictor::PredictorError(fmt::format(
          "{} predicts with {} in the space {} alone, not in {}: only cg can be used in "
          "another space",
          file, about.predictor, about.space, space));
    }
    about.space = space;
    about.space_options.assign(options.begin(), options.end());
  } else if (!options.empty()) {
    throw predictor::PredictorError("--set is of the space that --space names, and there is none");
  }
  spaces::AnySpace made = config::make_space(about.space, about.space_options);
  const PredictorSource source(made, {.input = input_of(about.input)});
  std::unique_ptr<predictor::Predictor> fitted = source.make(about.predictor);
  predictor::restore(*fitted, checkpoint, file);
  return {.about = std::move(about), .space = std::move(made), .predictor = std::move(fitted)};
}

}  // namespace evonas::cli
