#pragma once

#include <optional>
#include <string>

#include "cli/commands/common_options.hpp"
#include "cli/commands/field_options.hpp"
#include "cli/run/interrupt.hpp"
#include "cli/run/predictors.hpp"
#include "cli/run/progress_line.hpp"

namespace evonas::cli {

/// What the predictor commands share.

inline void add_pretrained(CLI::App& command, std::string& file) {
  command
      .add_option("--pretrained", file,
                  "networks, arch2vec or cg that 'evonas predictor pretrain' wrote; without it, "
                  "networks that evonas carries for the space, or what is pre-trained first (cg: "
                  "nothing)")
      ->type_name("FILE");
}

inline void add_prior(CLI::App& command, std::string& file) {
  command.add_option("--prior", file, predictor::kPriorHelp)->type_name("FILE");
}

inline void add_input(CLI::App& command, std::string& input) {
  command.add_option("--input", input,
                     "look at whole networks that read this (cifar10, fashion_mnist, "
                     "CxHxW:CLASSES...) instead of cells");
}

inline void add_statics(CLI::App& command, bool& statics) {
  command.add_flag("--statics", statics, predictor::kStaticsHelp);
}

/// What `--input` asks for.
inline std::optional<spaces::NetworkInput> input_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return spaces::NetworkInput::parse(text);
}

/// The options of ComputingOptions, FittingOptions or both (NetworkOptions).
template <class Options>
void add_fields(CLI::App& command, Options& options) {
  OptionAdder add(command);
  options.fields(add);
}

inline void add_noise(CLI::App& command, bool& noise) {
  command.add_flag("--noise", noise,
                   "labels count less the further the seeds of the table are apart for them");
}

/// Does `work()`; false where it gave up because of the interrupt.
template <class Work>
bool unless_interrupted(const Interrupt& interrupt, const Work& work) {
  try {
    work();
  } catch (const predictor::PredictorError&) {
    if (!interrupt.requested()) throw;
    return false;
  }
  return true;
}

/// Pre-trains what fits of a predictor start from, unless that is done, and says how far that is.
inline void pretrain(const PredictorSource& source, const std::string& model,
                     const std::stop_token& stop) {
  const predictor::Pretraining what = predictor::pretraining_of(model);
  if (what == predictor::Pretraining::None) return;
  ProgressLine line("pre-training");
  source.learnt().pretrain(what,
                           {.stop = stop, .progress = [&](double share) { line.share(share); }});
}

}  // namespace evonas::cli
