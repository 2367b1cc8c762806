#include "cli/run/atomic_file.hpp"
#include "evaluation/evaluator.hpp"
#include "graph/graph.hpp"
#include "predictor/predictor_error.hpp"
#include "python/bindings.hpp"
#include "report/report_data.hpp"
#include "search/problem.hpp"
#include "yaml/fault.hpp"

namespace evonas::python {
namespace {

template <class Error>
void bind_error(nb::module_& module, const char* name, nb::handle base, const char* doc) {
  nb::exception<Error> error(module, name, base);
  error.attr("__doc__") = doc;
}

}  // namespace

void bind_errors(nb::module_& module) {
  const std::string name = nb::cast<std::string>(module.attr("__name__")) + ".Error";
  const nb::object base = nb::steal(PyErr_NewExceptionWithDoc(
      name.c_str(), "Whatever evonas complains of.", PyExc_RuntimeError, nullptr));
  if (!base.is_valid()) nb::raise_python_error();
  module.attr("Error") = base;
  bind_error<spaces::SpaceError>(module, "SpaceError", base,
                                 "A space or an architecture that is none.");
  bind_error<graph::GraphError>(module, "GraphError", base,
                                "A network that cannot be built, costed, drawn or written.");
  bind_error<evaluation::EvaluationError>(module, "EvaluationError", base,
                                          "A table or another source of labels that is of no use.");
  bind_error<predictor::PredictorError>(module, "PredictorError", base,
                                        "A predictor, labels or a checkpoint of no use.");
  bind_error<search::SearchError>(module, "SearchError", base,
                                  "A search that cannot begin or go on, or is told what it did not "
                                  "ask.");
  bind_error<report::ReportError>(module, "ReportError", base, "A report that cannot be written.");
  bind_error<yaml::YamlError>(module, "ConfigurationError", base,
                              "A configuration with faults; the text has a line for each of them.");
  bind_error<cli::FileError>(module, "FileError", base,
                             "A file or folder that cannot be read or written.");
}

}  // namespace evonas::python
