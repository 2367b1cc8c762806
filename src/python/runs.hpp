#pragma once

#include <memory>

#include "python/bindings.hpp"
#include "report/report_data.hpp"

namespace evonas::python {

/// A run that was read, or that has ended here.
struct FoundRun {
  std::shared_ptr<const report::Run> run;
};

}  // namespace evonas::python
