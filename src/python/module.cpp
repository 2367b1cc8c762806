#include "python/bindings.hpp"

NB_MODULE(_evonas, module) {
  using namespace evonas::python;
  module.doc() = "What the package evonas is made of. Use evonas itself: names in here may change.";
  module.attr("version") = EVONAS_VERSION;
  // Whoever ends Python with a search under way need not hear of it.
  nb::set_leak_warnings(false);
  bind_errors(module);
  bind_architectures(module);
  bind_spaces(module);
  bind_tables(module);
  bind_predictors(module);
  bind_runs(module);
  bind_searches(module);
}
