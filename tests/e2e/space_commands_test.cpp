#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;
using tests::contains;

TEST_CASE("spaces are listed, sampled and enumerated") {
  CHECK(contains(run({"space", "list"}).out, "nasbench201\n"));
  CHECK(json::parse(run({"space", "info", "nasbench201", "--json"}).out).at("size") == 15625);

  const Result all = run({"space", "enumerate", "nasbench201", "--set", "cells_per_stage=1"});
  CHECK(all.code == 0);
  CHECK(all.out.starts_with("architecture,key,params,macs,flops\n"));
  CHECK(std::count(all.out.begin(), all.out.end(), '\n') == 15626);
  const Result first = run({"space", "enumerate", "nasbench201", "--set", "cells_per_stage=1", "-n",
                            "5000", "--threads", "3"});
  CHECK(std::count(first.out.begin(), first.out.end(), '\n') == 5001);
  CHECK(all.out.starts_with(first.out));

  const Result annotated = run({"space", "enumerate", "nasbench101", "-n", "1"});
  CHECK(annotated.out ==
        "architecture,key,params,macs,flops,hash\n"
        "1,d7e832d23cc7960c70543aadb7827caf,882570,137761802,137761802,"
        "043721b9c7fe8c5fad811d47d83132ec\n");

  const Result sample = run({"space", "sample", "nasbench201", "-n", "5", "--seed", "3"});
  CHECK(std::count(sample.out.begin(), sample.out.end(), '\n') == 6);
  CHECK(run({"space", "sample", "nasbench201", "-n", "5", "--seed", "3"}).out == sample.out);
  CHECK(run({"space", "sample", "nasbench201", "-n", "5", "--seed", "4"}).out != sample.out);

  const Result around = run({"space", "neighbours", "nasbench201", kArchitecture});
  CHECK(std::count(around.out.begin(), around.out.end(), '\n') == 25);

  const Result narrow = run({"space", "sample", "nasbench201", "--set", "chanels=8"});
  CHECK(narrow.code == 2);
  CHECK(contains(narrow.err, "nearest valid key: channels"));
  CHECK(run({"space", "info", "nasbench102"}).code == 2);
}

TEST_CASE("numbers of architectures that are none are refused") {
  for (const char* count : {"-1", "0", "18446744073709551615"}) {
    CHECK(run({"space", "sample", "nasbench201", "-n", count}).code == 2);
  }
}

TEST_CASE("declared spaces are sampled, and malformed declarations are exit code 2") {
  const fs::path source(EVONAS_SOURCE_DIR);
  const std::string file = (source / "configs/spaces/accel_nasbench.yaml").string();
  const Result sample = run(
      {"space", "sample", "declared", "--set", "file=" + file, "-n", "2", "--input", "imagenet"});
  CAPTURE(sample.err);
  CHECK(sample.code == 0);
  CHECK(std::count(sample.out.begin(), sample.out.end(), '\n') == 3);
  CHECK(run({"config", "check", (source / "configs/fbnet.yaml").string()}).code == 0);
  CHECK(contains(run({"space", "info", "declared"}).err, "space.file: is missing"));

  int checked = 0;
  for (const auto& entry : fs::directory_iterator(source / "tests/bad_input/spaces")) {
    if (entry.path().extension() != ".yaml") continue;
    const Result result =
        run({"space", "info", "declared", "--set", "file=" + entry.path().string()});
    CAPTURE(result.err);
    CHECK(result.code == 2);
    CHECK(result.err.starts_with("evonas: " + entry.path().string()));
    CHECK(result.out.empty());
    ++checked;
  }
  CHECK(checked >= 25);
}

}  // namespace
}  // namespace evonas::e2e
