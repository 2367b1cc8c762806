#pragma once

#include "base/fields.hpp"
#include "predictor/network_options.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::config {

/// How the predictors are made that guide searches.
struct PredictorsSection {
  predictor::NetworkOptions networks;
  bool statics = false;
  OneOrNamed<std::string> prior;  ///< by metric

  template <class Visitor>
  void fields(Visitor& visit) {
    networks.fields(visit);
    visit("statics", statics, predictor::kStaticsHelp);
    visit("prior", prior, predictor::kPriorHelp, file_path());
  }
};

}  // namespace evonas::config
