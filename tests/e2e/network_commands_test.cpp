#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

TEST_CASE("networks are costed and drawn, from a space and from a file") {
  const json cost =
      json::parse(run({"network", "cost", "nasbench201", kArchitecture, "--json"}).out);
  CHECK(cost.at("params").get<std::int64_t>() > 100000);

  const tests::TemporaryFolder folder;
  const std::string file = (folder / "network.json").string();
  CHECK(
      run({"network", "draw", "nasbench201", kArchitecture, "--graph-json", "--out", file}).code ==
      0);
  CHECK(json::parse(run({"network", "cost", "--graph", file, "--json"}).out) == cost);
  CHECK(contains(run({"network", "draw", "nasbench201", kArchitecture, "--cell", "--dot"}).out,
                 "digraph"));

  write_text(folder / "broken.json", "{\"nodes\": [");
  CHECK(contains(run({"network", "cost", "nasbench201", kArchitecture, "--graph", file}).err,
                 "SPACE excludes --graph"));
  const Result broken = run({"network", "cost", "--graph", (folder / "broken.json").string()});
  CHECK(broken.code == 2);
  CHECK(contains(broken.err, "broken.json"));
  CHECK(run({"network", "cost"}).code == 2);
  CHECK(run({"network", "cost", "nasbench201", "|nor_conv_9x9~0|"}).code == 2);
}

TEST_CASE("networks are exported, and read from ONNX wherever a file is") {
  const tests::TemporaryFolder folder;
  const std::string file = (folder / "network.onnx").string();
  const std::vector<std::string> chosen = {"network", "export", "nasbench201", kArchitecture};
  const auto exported = [&](std::vector<std::string> more) {
    more.insert(more.begin(), chosen.begin(), chosen.end());
    return run(more);
  };
  const json cost =
      json::parse(run({"network", "cost", "nasbench201", kArchitecture, "--json"}).out);
  for (const std::vector<std::string>& weights :
       {std::vector<std::string>{}, {"--random-weights", "--seed", "5"}}) {
    std::vector<std::string> arguments = {"--out", file};
    arguments.insert(arguments.end(), weights.begin(), weights.end());
    const Result written = exported(arguments);
    CHECK(written.code == 0);
    CHECK(written.out == file + "\n");
    CHECK(json::parse(run({"network", "cost", "--graph", file, "--json"}).out) == cost);
  }
  CHECK(contains(run({"network", "draw", "--graph", file, "--dot"}).out, "Conv 3x3"));

  const std::string source = (folder / "network.py").string();
  CHECK(exported({"--format", "pytorch", "--out", source}).code == 0);
  CHECK(contains(read_text(source), "class Network(nn.Module):"));
  std::vector<std::string> script_of = chosen;
  for (const char* more : {"--format", "torchscript", "--random-weights", "--out"}) {
    script_of.emplace_back(more);
  }
  script_of.push_back(source);
  const Result script = run_program(EVONAS_LONE_PROGRAM, script_of);
  CHECK(script.code == 2);
  CHECK(contains(script.err, "without LibTorch"));
  CHECK(contains(exported({"--format", "torchscript", "--out", source}).err, "needs weights"));
  CHECK(contains(exported({"--set", "channels=8", "--weights", file, "--out", source}).err,
                 "network.onnx has not the weights of this network"));

  write_text(folder / "cut.onnx", read_text(file).substr(0, 999));
  const Result cut = run({"network", "cost", "--graph", (folder / "cut.onnx").string()});
  CHECK(cut.code == 2);
  CHECK(contains(cut.err, "cut.onnx: is no ONNX model"));
  const std::string unknown = EVONAS_SOURCE_DIR "/tests/fuzz/corpus/onnx/opaque";
  write_text(folder / "opaque.onnx", read_text(unknown));
  const std::string opaque = (folder / "opaque.onnx").string();
  CHECK(contains(run({"network", "cost", "--graph", opaque}).err, "Erf (node 'e'); Transpose"));
  const Result bound = run({"network", "cost", "--graph", opaque, "--opaque"});
  CHECK(bound.code == 0);
  CHECK(contains(bound.out, "params            at least 0"));
  CHECK(contains(bound.out, "opaque_nodes      2"));
  // An auxiliary head, whose weights go with it.
  write_text(folder / "heads.onnx",
             read_text(EVONAS_SOURCE_DIR "/tests/fuzz/corpus/onnx/two_heads"));
  const std::string heads = (folder / "heads.onnx").string();
  CHECK(run({"network", "export", "--graph", heads, "--out", file}).code == 0);
  CHECK_FALSE(contains(read_text(file), "h2"));
  CHECK(contains(run({"network", "export", "--graph", heads, "--out", heads}).err,
                 "--out would overwrite"));
}

}  // namespace
}  // namespace evonas::e2e
