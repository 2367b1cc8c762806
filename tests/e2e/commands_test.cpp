#include <filesystem>
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

TEST_CASE("every command has help with an example") {
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"search"},
                                                          {"resume"},
                                                          {"verify"},
                                                          {"report"},
                                                          {"export"},
                                                          {"benchmark"},
                                                          {"space"},
                                                          {"space", "list"},
                                                          {"space", "info"},
                                                          {"space", "sample"},
                                                          {"space", "enumerate"},
                                                          {"space", "neighbours"},
                                                          {"network"},
                                                          {"network", "cost"},
                                                          {"network", "draw"},
                                                          {"network", "latency"},
                                                          {"network", "export"},
                                                          {"table"},
                                                          {"table", "import"},
                                                          {"table", "build"},
                                                          {"table", "info"},
                                                          {"latency"},
                                                          {"latency", "build"},
                                                          {"predictor"},
                                                          {"predictor", "fit"},
                                                          {"predictor", "score"},
                                                          {"predictor", "explain"},
                                                          {"predictor", "benchmark"},
                                                          {"predictor", "pretrain"},
                                                          {"predictor", "devices"},
                                                          {"predictor", "suggest"},
                                                          {"predictor", "adapt"},
                                                          {"config"},
                                                          {"config", "show"},
                                                          {"config", "check"},
                                                          {"config", "schema"},
                                                          {"bench"},
                                                          {"bench", "search"},
                                                          {"bench", "fleet"},
                                                          {"bench", "generation"},
                                                          {"bench", "predictor"},
                                                          {"bench", "training"},
                                                          {"bench", "latency"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--help");
    const Result result = run(command);
    CAPTURE(result.out);
    CHECK(result.code == 0);
    CHECK(contains(result.out, "Example"));
    CHECK(contains(result.out, "  evonas "));
    CHECK(result.err.empty());
  }
  const std::string whole = run({"--help"}).out;
  for (const std::vector<std::string>& command : commands) {
    if (command.empty()) continue;
    CAPTURE(command.back());
    CHECK(contains(whole, command.back()));
  }
}

TEST_CASE("wrong usage is exit code 2 and says where help is") {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{},
                                             {"serch"},
                                             {"search"},
                                             {"search", "a.yaml", "--thread", "2"},
                                             {"space"},
                                             {"space", "sample", "nasbench201", "-n", "many"},
                                             {"verify", "a", "b"}}) {
    const Result result = run(command);
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.starts_with("evonas: "));
    CHECK(contains(result.err, "--help"));
    CHECK(result.out.empty());
  }
}

TEST_CASE("the version is printed") {
  const Result result = run({"--version"});
  CHECK(result.code == 0);
  CHECK(result.out.starts_with("evonas "));
}

TEST_CASE("malformed configurations are exit code 2") {
  int checked = 0;
  for (const auto& entry :
       fs::directory_iterator(fs::path(EVONAS_SOURCE_DIR) / "tests/bad_input/config")) {
    // tests/cli reads all of them; here a part goes through the program.
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".yaml" || name.size() % 4 != 0) continue;
    const Result result = run({"config", "check", entry.path().string()});
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.starts_with("evonas: " + entry.path().string()));
    CHECK(result.out.empty());
    ++checked;
  }
  CHECK(checked >= 10);
}

TEST_CASE("a resolved configuration resolves to itself") {
  const Fixture& data = fixture();
  const Result first = run({"config", "show", data.config.string()});
  CHECK(first.code == 0);
  write_text(data.folder / "resolved.yaml", first.out);
  CHECK(run({"config", "show", (data.folder / "resolved.yaml").string()}).out == first.out);
  CHECK(run({"config", "check", data.config.string()}).code == 0);
  CHECK(json::parse(run({"config", "schema"}).out).contains("properties"));
  CHECK(json::parse(run({"config", "schema", "--experiment"}).out).contains("properties"));
  CHECK(json::parse(run({"config", "schema", "--predictors"}).out).contains("properties"));
}

TEST_CASE("the machinery is timed") {
  const Result result = run({"bench", "search", "--seeds", "1", "--generations", "5", "--json"});
  CAPTURE(result.err);
  CHECK(result.code == 0);
  CHECK(json::parse(result.out).at("algorithms").contains("nsga2"));

  const Result generation =
      run({"bench", "generation", "nasbench201", "darts", "--seconds", "0.02", "--json"});
  CAPTURE(generation.err);
  CHECK(generation.code == 0);
  const json rows = json::parse(generation.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].at("space") == "darts");
  CHECK(rows[1].at("encode_per_second") > rows[1].at("all_per_second"));
}

}  // namespace
}  // namespace evonas::e2e
