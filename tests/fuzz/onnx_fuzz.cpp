#include <cstdlib>
#include <string_view>

#include "graph/cost.hpp"
#include "graph/onnx.hpp"
#include "graph/pytorch.hpp"

using namespace evonas::graph;

namespace {

/// A network that was read has a cost, and is the same size after another journey.
void check(const OnnxModel& model) {
  Cost read;
  try {
    read = cost(model.graph);
  } catch (const GraphError&) {  // counts beyond 64 bits
    return;
  }
  if (read.opaque_nodes > 0) return;
  std::string written;
  try {
    written = to_onnx(model);
    to_pytorch(model.graph, PyTorchLanguage::Python);
  } catch (const GraphError&) {  // too large for a file
    return;
  }
  try {
    if (cost(from_onnx(written).graph).parameters != read.parameters) std::abort();
  } catch (const GraphError&) {  // it was written as it was read
    std::abort();
  }
}

}  // namespace

/// Bytes are a network that can be costed and written again, or are refused with a GraphError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const UnknownOperators unknown : {UnknownOperators::Refuse, UnknownOperators::Opaque}) {
    try {
      check(from_onnx(bytes, unknown));
    } catch (const GraphError&) {
    }
  }
  return 0;
}
