#pragma once

#include <algorithm>
#include <string>

#include "base/fields.hpp"
#include "predictor/network_options.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::config {

/// How the predictors are made that guide searches.
struct PredictorsSection {
  predictor::NetworkOptions networks;
  bool statics = false;
  OneOrNamed<std::string> prior;  ///< by metric

  bool has_prior() const {
    const auto is_given = [](const auto& named) { return !named.second.empty(); };
    return prior.named.empty() ? !prior.one.empty() : std::ranges::any_of(prior.named, is_given);
  }

  template <class Visitor>
  void fields(Visitor& visit) {
    networks.fields(visit);
    visit("statics", statics, predictor::kStaticsHelp);
    visit("prior", prior, predictor::kPriorHelp, file_path());
  }
};

}  // namespace evonas::config
