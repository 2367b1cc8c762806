#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "graph/onnx.hpp"

namespace evonas::cli {

/// How a command line names one network: an architecture of a space, or a file.
struct NetworkChoice {
  std::string space;
  std::string architecture;
  std::vector<std::string> space_options;
  std::string input = "cifar10";
  std::string file;     ///< a graph in evonas JSON or ONNX
  bool opaque = false;  ///< take operators that are not known from the file as well
};

void add_network_choice(CLI::App& command, NetworkChoice& choice);

/// The network at network grain, with weights where it comes from an ONNX file that has them, and
/// with the facts "space" and "architecture" where it comes from a space. Throws GraphError naming
/// the file, SpaceError or yaml::YamlError.
graph::OnnxModel load_network(const NetworkChoice& choice);

/// The cell of the architecture. Throws as load_network(), also where a file is named.
graph::Graph load_cell(const NetworkChoice& choice);

/// An ONNX file. Throws GraphError naming it.
graph::OnnxModel load_onnx(const std::string& file, graph::UnknownOperators unknown);

}  // namespace evonas::cli
