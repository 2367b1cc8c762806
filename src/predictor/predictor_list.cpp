#include "predictor/predictor_list.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "predictor/linear_predictor.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/trees.hpp"

namespace evonas::predictor {

std::vector<std::string> predictor_names() {
  return {"evonas",        "mixture",       "networks",  "gp",        "trees",
          "nar_former",    "nar_former_v2", "nn_former", "graphsage", "gin",
          "path_networks", "arch2vec",      "cg",        "carl",      "ledg_former",
          "linear",        "random",        "constant"};
}

void check_predictor_name(const std::string& name) {
  const std::vector<std::string> names = predictor_names();
  if (std::ranges::find(names, name) != names.end()) return;
  const std::string guess = nearest_name(name, names);
  throw PredictorError(fmt::format("there is no predictor {}{}", evonas::quoted(name),
                                   guess.empty()
                                       ? fmt::format("; there are {}", fmt::join(names, ", "))
                                       : fmt::format("; did you mean {}?", guess)));
}

Pretraining pretraining_of(const std::string& name) {
  if (name == "evonas" || name == "mixture" || name == "networks") return Pretraining::Networks;
  if (name == "arch2vec") return Pretraining::Arch2Vec;
  return name == "cg" ? Pretraining::Computation : Pretraining::None;
}

bool explains(const std::string& name) { return name == "carl"; }

std::string checkpoint_name(Pretraining what) {
  switch (what) {
    case Pretraining::Networks:
      return "pretrained networks";
    case Pretraining::Arch2Vec:
      return "pretrained arch2vec";
    case Pretraining::Computation:
      return "pretrained cg";
    case Pretraining::None:
      break;
  }
  return {};
}

std::unique_ptr<Predictor> make_plain_predictor(
    const std::string& name, const spaces::AnySpace& space,
    const std::function<std::shared_ptr<const GraphFeatures>()>& features) {
  check_predictor_name(name);
  if (name == "trees") return std::make_unique<Trees>(features());
  if (name == "linear") {
    return std::make_unique<LinearPredictor>(space, spaces::NetworkInput::parse("cifar10"));
  }
  if (name == "random") return std::make_unique<RandomPredictor>(space);
  if (name == "constant") return std::make_unique<ConstantPredictor>();
  return nullptr;
}

}  // namespace evonas::predictor
