#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include "spaces/search_space.hpp"

/// The extension module `evonas._evonas`: what the Python package is made of. Every part binds the
/// classes of one folder; python/evonas puts what needs no C++ around them.
namespace evonas::python {

namespace nb = nanobind;

/// A search space with the words that make it again, in another process too.
struct Space {
  spaces::AnySpace space;
  std::string name;                  ///< "nasbench201", or the path of a shared library
  std::vector<std::string> options;  ///< "channels=8"
};
using SpacePointer = std::shared_ptr<Space>;

/// An architecture of a space.
struct Architecture {
  SpacePointer space;
  spaces::Genotype genotype;
};

/// A vector as a NumPy array that owns it.
using Numbers = nb::ndarray<nb::numpy, double, nb::ndim<1>>;
inline Numbers to_numpy(std::vector<double> values) {
  auto owned = std::make_unique<std::vector<double>>(std::move(values));
  std::vector<double>* const data = owned.get();
  const nb::capsule owner(
      data, [](void* memory) noexcept { delete static_cast<std::vector<double>*>(memory); });
  owned.release();
  return Numbers(data->data(), {data->size()}, owner);
}

/// What a long wait is to do now and then: let Python handle Ctrl-C. Throws what the handler
/// raises.
inline void heed_signals() {
  const nb::gil_scoped_acquire acquired;
  if (PyErr_CheckSignals() != 0) nb::raise_python_error();
}

void bind_errors(nb::module_& module);
void bind_architectures(nb::module_& module);
void bind_spaces(nb::module_& module);
void bind_tables(nb::module_& module);
void bind_predictors(nb::module_& module);
void bind_runs(nb::module_& module);
void bind_searches(nb::module_& module);

}  // namespace evonas::python
