#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/process.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

std::vector<std::string> bench_of(const std::string& model, std::vector<std::string> more) {
  std::vector<std::string> command = {
      "bench",   "predictor", "--space",   "nasbench201", "--model",  model, "--labels",  "20",
      "--block", "4,16",      "--threads", "1,2",         "--epochs", "1",   "--seconds", "0.05"};
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

/// Whether the advice is one of the settings that were measured, and none of them is much faster.
void check_advice(const json& figures) {
  const json& advised = figures.at("advised");
  double fastest = 0.0;
  double rate = -1.0;
  for (const json& setting : figures.at("settings")) {
    fastest = std::max(fastest, setting.at("architectures_per_second").get<double>());
    if (setting.at("precision") == advised.at("precision") &&
        setting.at("threads") == advised.at("threads") &&
        setting.at("block") == advised.at("block")) {
      rate = setting.at("architectures_per_second").get<double>();
    }
  }
  CHECK(rate > 0.0);
  const json& precisions = figures.at("precisions");
  const bool all_rank_alike = std::ranges::all_of(
      precisions, [](const json& row) { return row.at("tau").get<double>() >= 0.997; });
  if (all_rank_alike) CHECK(rate >= 0.9 * fastest);
}

TEST_CASE("the speed of a predictor is measured, and how to ask it is advised") {
  const Result result = run(bench_of("linear", {"--json"}));
  CAPTURE(result.err);
  REQUIRE(result.code == 0);
  const json figures = json::parse(result.out);
  CHECK(figures.at("space") == "nasbench201");
  CHECK(figures.at("model") == "linear");
  CHECK(figures.at("parameters").get<int>() > 0);
  REQUIRE(figures.at("precisions").size() == 1);  // it has no matrix products
  CHECK(figures.at("precisions")[0].at("precision") == "float32");
  CHECK(figures.at("settings").size() == 4);
  for (const json& setting : figures.at("settings")) {
    CHECK(setting.at("architectures_per_second").get<double>() > 0.0);
    CHECK(setting.at("gflops") == 0.0);
  }
  check_advice(figures);
  const Result words = run(bench_of("linear", {}));
  CHECK(contains(words.out, "architectures/s"));
  CHECK(contains(words.out, "\nadvised: float32, blocks of "));
}

TEST_CASE("a precision or model that there is not is one clear error") {
  const Result precision = run(bench_of("linear", {"--precision", "float32,float16"}));
  CHECK(precision.code == 2);
  CHECK(precision.out.empty());
  CHECK(contains(precision.err, "--precision: float16 not in {"));
  const Result model = run(bench_of("linaer", {}));
  CHECK(model.code == 2);
  CHECK(contains(model.err, "did you mean linear?"));
}

#ifdef EVONAS_TORCH
TEST_CASE("precisions are compared in speed and in ranks, on one device and on several") {
  for (const std::string device : {"cpu", "cpu,cpu"}) {
    CAPTURE(device);
    const Result result = run(bench_of("graphsage", {"--device", device, "--json"}));
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    const json figures = json::parse(result.out);
    REQUIRE(figures.at("precisions").size() == 2);
    const json& exact = figures.at("precisions")[0];
    const json& rough = figures.at("precisions")[1];
    CHECK(exact.at("precision") == "float32");
    CHECK(exact.at("tau") == 1.0);
    CHECK(rough.at("precision") == "bfloat16");
    CHECK(rough.at("tau").get<double>() > 0.5);  // after one epoch
    CHECK(rough.at("largest_change").get<double>() > 0.0);
    CHECK(figures.at("settings").size() == 8);
    for (const json& setting : figures.at("settings")) {
      CHECK(setting.at("gflops").get<double>() > 0.0);
      CHECK(setting.at("share_of_matmul").get<double>() > 0.0);
    }
    check_advice(figures);
  }
}

TEST_CASE("devices that do not go together, or are not there, are refused") {
  const auto refused = [](const std::string& device) {
    const Result result = run(bench_of("graphsage", {"--device", device}));
    CHECK(result.code == 2);
    return result.err;
  };
  CHECK(contains(refused("cpu,tpu"), "device tpu: expected cpu, cuda or cuda:N"));
  CHECK(contains(refused("cuda:99"), "device cuda:99: this LibTorch finds "));
}
#endif

}  // namespace
}  // namespace evonas::e2e
