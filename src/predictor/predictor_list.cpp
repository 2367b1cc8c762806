#include "predictor/predictor_list.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"
#include "predictor/cost_regression.hpp"
#include "predictor/device_transfer.hpp"
#include "predictor/linear_predictor.hpp"
#include "predictor/plain_predictors.hpp"
#include "predictor/trees.hpp"

namespace evonas::predictor {

std::vector<std::string> predictor_names() {
  return {"evonas",
          "mixture",
          "networks",
          "gp",
          "gp_wl",
          "gp_both",
          "trees",
          "nar_former",
          "nar_former_v2",
          "nn_former",
          "nn_former_published",
          "graphsage",
          "gin",
          "path_networks",
          "arch2vec",
          "cg",
          "carl",
          "ledg_former",
          "nnlp",
          "node_costs",
          "flops",
          "flops_memory",
          "linear",
          "random",
          "constant"};
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

bool reads_any_network(const std::string& name, bool sees_networks) {
  if (name == "nar_former_v2" || name == "nn_former") return sees_networks;
  return name == "nnlp" || name == "node_costs" || name == "flops" || name == "flops_memory" ||
         name == "linear";
}

Pretraining pretraining_of(const std::string& name) {
  if (name == "evonas" || name == "mixture" || name == "networks") return Pretraining::Networks;
  if (name == "arch2vec") return Pretraining::Arch2Vec;
  return name == "cg" ? Pretraining::Computation : Pretraining::None;
}

bool predicts_jointly(const std::string& name) {
  return pretraining_of(name) == Pretraining::Networks;
}

bool scores_in_bfloat16(const std::string& name) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "mixture",   "networks", "nar_former", "nar_former_v2", "nn_former", "nn_former_published",
      "graphsage", "gin",      "carl",       "ledg_former",   "nnlp",      "node_costs"};
  return std::ranges::find(kNames, name) != kNames.end();
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

spaces::NetworkInput network_input_of(const ArchitectureView& view) {
  return view.input().value_or(spaces::NetworkInput::parse("cifar10"));
}

std::shared_ptr<const GraphFeatures> make_features(const ArchitectureView& view, bool statics) {
  if (!statics) return std::make_shared<const GraphFeatures>(view);
  return std::make_shared<const GraphFeatures>(view, network_input_of(view));
}

std::unique_ptr<Predictor> make_plain_predictor(
    const std::string& name, const ArchitectureView& view,
    const std::function<std::shared_ptr<const GraphFeatures>()>& features) {
  if (name == DeviceTransfer::kName) return std::make_unique<DeviceTransfer>(features());
  check_predictor_name(name);
  if (name == "trees") return std::make_unique<Trees>(features());
  if (name == "linear") {
    return std::make_unique<LinearPredictor>(view.space(), network_input_of(view));
  }
  if (name == "flops" || name == "flops_memory") {
    return std::make_unique<CostRegression>(
        view.space(), network_input_of(view),
        name == "flops" ? CostRegression::Costs::Flops : CostRegression::Costs::FlopsAndMemory);
  }
  if (name == "random") return std::make_unique<RandomPredictor>(view.space());
  if (name == "constant") return std::make_unique<ConstantPredictor>();
  return nullptr;
}

}  // namespace evonas::predictor
