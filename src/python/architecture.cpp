#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "graph/cost.hpp"
#include "graph/drawing.hpp"
#include "graph/json.hpp"
#include "graph/onnx.hpp"
#include "graph/passes.hpp"
#include "graph/pytorch.hpp"
#include "graph/weights.hpp"
#include "python/bindings.hpp"
#include "spaces/network_input.hpp"

namespace evonas::python {
namespace {

using Genes = std::vector<spaces::Genotype::Gene>;

graph::Graph network_of(const Architecture& architecture, const std::string& input) {
  return graph::inference_network(
      architecture.space->space.network(architecture.genotype, spaces::NetworkInput::parse(input)));
}

std::map<std::string, std::int64_t> cost_of(const Architecture& architecture,
                                            const std::string& input) {
  const graph::Cost cost = graph::cost(network_of(architecture, input));
  return {{"params", cost.parameters},
          {"macs", cost.macs},
          {"flops", cost.flops},
          {"memory_bytes", cost.peak_activation_bytes}};
}

std::string format_of(const Architecture& architecture) {
  return architecture.space->space.format(architecture.genotype);
}

graph::OnnxModel model_of(const Architecture& architecture, const std::string& input,
                          std::optional<std::uint64_t> seed) {
  graph::OnnxModel model{.graph = network_of(architecture, input)};
  if (seed) model.weights = graph::initial_weights(model.graph, *seed);
  model.metadata["space"] = architecture.space->space.name();
  model.metadata["architecture"] = format_of(architecture);
  return model;
}

nb::bytes onnx_of(const Architecture& architecture, const std::string& input,
                  std::optional<std::uint64_t> seed) {
  std::string bytes;
  {
    const nb::gil_scoped_release released;
    bytes = graph::to_onnx(model_of(architecture, input, seed));
  }
  return nb::bytes(bytes.data(), bytes.size());
}

std::string pytorch_of(const Architecture& architecture, const std::string& input) {
  const graph::OnnxModel model = model_of(architecture, input, std::nullopt);
  return graph::pytorch_source(model.graph, model.metadata, "");
}

/// The network where `input` says what it reads, else the cell.
graph::Graph graph_of(const Architecture& architecture, const std::optional<std::string>& input) {
  if (input) return network_of(architecture, *input);
  return architecture.space->space.cell(architecture.genotype);
}

}  // namespace

void bind_architectures(nb::module_& module) {
  nb::class_<Architecture>(module, "Architecture",
                           "One architecture of a space; immutable, hashable, can be pickled. "
                           "str() is the notation of the space.")
      .def_prop_ro(
          "space", [](const Architecture& self) { return self.space; }, "The space that it is of.")
      .def_prop_ro(
          "genes",
          [](const Architecture& self) {
            const auto genes = self.genotype.genes();
            return nb::tuple(nb::cast(Genes(genes.begin(), genes.end())));
          },
          "The genes, to which only the space gives meaning.")
      .def_prop_ro(
          "key",
          [](const Architecture& self) { return self.space->space.key(self.genotype).hex(); },
          "32 hexadecimal digits, equal exactly for the same network.")
      .def(
          "cost", &cost_of, nb::arg("input") = "cifar10", nb::call_guard<nb::gil_scoped_release>(),
          "Exact costs of the network that reads `input` (cifar10, cifar100, imagenet16, imagenet, "
          "fashion_mnist, mnist or CxHxW:CLASSES): params, macs, flops (one a "
          "multiply-accumulate) and memory_bytes, for one image.")
      .def("onnx", &onnx_of, nb::arg("input") = "cifar10", nb::arg("seed") = nb::none(),
           "The bytes of an ONNX file (opset 17) of the network; with weights as training begins "
           "with where a seed is given, else with weights as inputs.")
      .def("pytorch_source", &pytorch_of, nb::arg("input") = "cifar10",
           nb::call_guard<nb::gil_scoped_release>(),
           "Python source of the class Network, an nn.Module that depends on torch alone.")
      .def(
          "to_torch",
          [](const Architecture& self, const std::string& input) {
            return nb::module_::import_("evonas.networks")
                .attr("module_of")(pytorch_of(self, input));
          },
          nb::arg("input") = "cifar10",
          "The network as a torch.nn.Module with new weights; reads [images, channels, height, "
          "width] and gives [images, classes].")
      .def(
          "graph",
          [](const Architecture& self, const std::optional<std::string>& input) {
            return graph::to_json(graph_of(self, input)).dump();
          },
          nb::arg("input") = nb::none(),
          "JSON of the cell, or of the network that reads `input`: nodes with operators, inputs, "
          "attributes and shapes.")
      .def(
          "dot",
          [](const Architecture& self, const std::optional<std::string>& input) {
            return graph::to_dot(graph_of(self, input));
          },
          nb::arg("input") = nb::none(),
          "Graphviz source of a picture of the cell, or of the network that reads `input`.")
      .def("__str__", &format_of)
      .def("__repr__",
           [](const Architecture& self) {
             return fmt::format("Architecture({}: {})", self.space->space.name(), format_of(self));
           })
      .def(
          "__eq__",
          [](const Architecture& self, nb::handle other) {
            Architecture* it = nullptr;
            return nb::try_cast<Architecture*>(other, it) && it != nullptr &&
                   self.genotype == it->genotype &&
                   self.space->space.name() == it->space->space.name();
          },
          nb::sig("def __eq__(self, other: object) -> bool"))
      .def("__hash__",
           [](const Architecture& self) {
             return static_cast<std::int64_t>(std::hash<spaces::Genotype>()(self.genotype) >> 1);
           })
      .def("__getstate__",
           [](const Architecture& self) {
             const auto genes = self.genotype.genes();
             return std::make_pair(self.space, Genes(genes.begin(), genes.end()));
           })
      .def("__setstate__", [](Architecture& self, const std::pair<SpacePointer, Genes>& state) {
        new (&self) Architecture{state.first, spaces::Genotype(state.second)};
      });
}

}  // namespace evonas::python
