#include "graph/pytorch.hpp"

#include <set>

#include <doctest/doctest.h>

#include "contains.hpp"
#include "graph/onnx.hpp"
#include "temporary_folder.hpp"

namespace evonas::graph {
namespace {

using tests::contains;

}  // namespace

TEST_CASE("every layer has a name of its own") {
  // It has a convolution that is called as the padding in front of a pooling node would be.
  const Graph graph =
      from_onnx(tests::read_text(EVONAS_SOURCE_DIR "/tests/fuzz/corpus/onnx/two_heads")).graph;
  std::set<std::string> names;
  for (const PyTorchLayer& layer : to_pytorch(graph, PyTorchLanguage::Python).layers) {
    CHECK(names.insert(layer.name).second);
  }
  CHECK(names.contains("pool1_pad"));
  const std::string source = pytorch_source(graph, {}, "");
  CHECK(contains(source, "self.pool1_pad = nn.Conv2d("));
  CHECK(contains(source, " = nn.ConstantPad2d((0, 1, 0, 1)"));
}

}  // namespace evonas::graph
