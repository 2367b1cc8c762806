#pragma once

#include "predictor/computing_options.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::config {

/// How the predictors are made that guide searches.
struct PredictorsSection {
  predictor::ComputingOptions computing;
  bool statics = false;

  template <class Visitor>
  void fields(Visitor& visit) {
    computing.fields(visit);
    visit("statics", statics, predictor::kStaticsHelp);
  }
};

}  // namespace evonas::config
