#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "graph/graph.hpp"
#include "graph/weights.hpp"

namespace evonas::graph {

/// A network as an ONNX file holds it.
struct OnnxModel {
  Graph graph;      ///< network grain, with shapes
  Weights weights;  ///< everything weight_slots() names, or nothing: shapes alone
  /// Further facts about the network, by name: space, architecture, accuracy, ...
  std::map<std::string, std::string, std::less<>> metadata;
};

/// The bytes of an ONNX file: opset 17, float32, a symbolic batch dimension "N", values called by
/// the names of their nodes, `metadata` as metadata_props.
///
/// Dropout and DropPath are left out, as at inference. A network without weights has them as
/// further inputs of the graph, which carry shapes: a valid file that any tool can read, and that
/// runs where the weights are fed. Throws GraphError where weights do not fit, an operator has no
/// ONNX form, or the file would pass the 2 GB of Protocol Buffers.
std::string to_onnx(const OnnxModel& model);

/// What becomes of operators of an ONNX file that network graphs do not have.
enum class UnknownOperators {
  Refuse,  ///< an error that names them all with their nodes
  /// Nodes with the operator "Opaque", whose shape is the one that the file says its values have,
  /// and whose costs count as nothing: Cost::opaque_nodes tells.
  Opaque,
};

/// Reads an ONNX file of opset 7 or newer, written by any tool.
///
/// The first extent of every value is the batch and left out. Attributes are completed to the form
/// that NetworkBuilder writes, so that equal networks are equal graphs whichever tool wrote them,
/// and names of nodes become words of letters, digits and '_'. Constant nodes, shape arithmetic on
/// constants, Reshape to a vector, padding in front of convolutions, MatMul with Add
/// and spelt-out hard-swish are read as what they mean. Weight tensors may lack their data
/// (stripped or kept in another file) or be inputs of the graph: `weights` is empty then.
///
/// Throws GraphError for anything else: bytes that are no ONNX model, missing and repeated names,
/// nodes out of order, extents that are not fixed, shapes that contradict each other. Memory is
/// bounded by a small multiple of the file's size.
OnnxModel from_onnx(std::string_view bytes, UnknownOperators unknown = UnknownOperators::Refuse);

}  // namespace evonas::graph
