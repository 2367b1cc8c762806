#include "cli/run/torch_module.hpp"

/// What the program asks the shared library for.
extern "C" __attribute__((visibility("default"))) const evonas::cli::TorchModule*
evonas_torch_module() {
  return &evonas::cli::torch_module();
}
