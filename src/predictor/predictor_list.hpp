#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "predictor/graph_features.hpp"
#include "predictor/predictor.hpp"

namespace evonas::predictor {

/// The names of all predictors, those that need LibTorch included.
std::vector<std::string> predictor_names();

/// Throws PredictorError for a name that is none of these, naming the nearest.
void check_predictor_name(const std::string& name);

/// What a fit may start from that is learnt before there are labels.
enum class Pretraining {
  None,
  Networks,     ///< models/pretrained_networks.hpp
  Arch2Vec,     ///< models/arch2vec.hpp
  Computation,  ///< models/computation_start.hpp
};

/// Whether that predictor reads operators of whole networks and what they cost, so that what it has
/// learnt holds in any space, and for networks of files. `sees_networks`: whether predictors that
/// can do either look at whole networks instead of cells.
bool reads_any_network(const std::string& name, bool sees_networks);

/// What fits of that predictor start from.
Pretraining pretraining_of(const std::string& name);

/// Whether that predictor has networks that several metrics can share (joint_predictor.hpp).
bool predicts_jointly(const std::string& name);

/// Whether matrix products in bfloat16 (ComputingOptions::precision) change how that predictor
/// scores. Others score without any, or in float32 alone.
bool scores_in_bfloat16(const std::string& name);

/// Whether that predictor is an Explainer (explainer.hpp).
bool explains(const std::string& name);

/// What a checkpoint of that says that it holds (CheckpointAbout::predictor): "pretrained
/// networks", "pretrained arch2vec", "pretrained cg"; empty for none.
std::string checkpoint_name(Pretraining what);

/// What predictors read that always look at whole networks: what the view says, else images of
/// CIFAR-10.
spaces::NetworkInput network_input_of(const ArchitectureView& view);

/// What `statics` of options says.
inline constexpr const char* kStaticsHelp =
    "gp, gp_both, trees, mixture and evonas also read static features of whole networks: "
    "logarithms "
    "of parameters, multiply-accumulates and memory, and depth; where they look at cells, of "
    "networks for images of CIFAR-10";

/// What a prior of options is (prior.hpp).
inline constexpr const char* kPriorHelp =
    "predictor that 'evonas predictor fit' wrote for another task in the same space, such as "
    "another dataset, fewer epochs or an earlier search: from the labels is learnt what it does "
    "not say";

/// The features that predictors read, with static features of networks for network_input_of() where
/// these are asked for. Throws as GraphFeatures does.
std::shared_ptr<const GraphFeatures> make_features(const ArchitectureView& view, bool statics);

/// Builds one that needs no LibTorch, asking for features where it reads some; nothing for one that
/// does. Also DeviceTransfer::kName, to be restored. Throws as check_predictor_name() does.
std::unique_ptr<Predictor> make_plain_predictor(
    const std::string& name, const ArchitectureView& view,
    const std::function<std::shared_ptr<const GraphFeatures>()>& features);

}  // namespace evonas::predictor
