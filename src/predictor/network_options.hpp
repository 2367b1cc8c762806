#pragma once

#include "predictor/computing_options.hpp"
#include "predictor/fitting_options.hpp"

namespace evonas::predictor {

/// Where the networks of predictors compute, and how they learn.
struct NetworkOptions {
  ComputingOptions computing;
  FittingOptions fitting;

  template <class Visitor>
  void fields(Visitor& visit) {
    computing.fields(visit);
    fitting.fields(visit);
  }
};

}  // namespace evonas::predictor
