#pragma once

#include <optional>
#include <string>

#include "base/fields.hpp"
#include "cli/config/configuration.hpp"
#include "predictor/network_options.hpp"
#include "predictor/predictor_list.hpp"
#include "predictor/pretraining_options.hpp"

namespace evonas::config {

/// How predictors are made: what a comparison says for all of them, and each of its entries may say
/// otherwise. An option that stands here can be given in both places, and results that were made
/// with another value of it are not taken for those asked for.
struct PredictorRecipe {
  std::optional<std::string> input;
  bool statics = false;
  std::string pretrained;
  std::string prior;
  std::optional<predictor::PretrainingOptions> pretraining;
  predictor::NetworkOptions networks;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit(
        "input", input,
        "look at whole networks that read this (cifar10, fashion_mnist, CxHxW:CLASSES...) instead "
        "of cells",
        checked(Configuration::input_fault));
    visit("statics", statics, predictor::kStaticsHelp);
    visit("pretrained", pretrained,
          "networks, arch2vec or cg that 'evonas predictor pretrain' wrote; without it, networks "
          "that evonas carries for the space, or what is pre-trained first (cg: nothing)",
          file_path());
    visit("prior", prior, predictor::kPriorHelp, file_path());
    visit("pretraining", pretraining,
          "networks, and the mixture and evonas that have them: pre-train them first and so, "
          "instead of taking those that evonas carries; with 0 steps each fit starts from random "
          "weights of its own");
    networks.fields(visit);
  }
};

}  // namespace evonas::config
