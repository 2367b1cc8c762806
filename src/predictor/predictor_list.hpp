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

/// Whether fits of that predictor start from pre-trained networks.
bool has_networks(const std::string& name);

/// Builds one that needs no LibTorch, asking for features where it reads some; nothing for one that
/// does. Throws as check_predictor_name()
/// does.
std::unique_ptr<Predictor> make_plain_predictor(
    const std::string& name, const spaces::AnySpace& space,
    const std::function<std::shared_ptr<const GraphFeatures>()>& features);

}  // namespace evonas::predictor
