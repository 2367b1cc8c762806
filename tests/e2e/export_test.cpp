#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "contains.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using tests::contains;

TEST_CASE("export writes a row for every evaluation of a run") {
  const Result search = fixture().search(
      "exported", {"--set", "budget.evaluations=60", "--set", "search.population=6"});
  REQUIRE(search.code == 0);
  const std::string folder = fixture().run_folder("exported");
  const Result printed = run({"export", folder});
  REQUIRE(printed.code == 0);
  CHECK(std::ranges::count(printed.out, '\n') == 61);
  CHECK(contains(printed.out, "index,generation,rung,architecture,key,state,"));
  CHECK(contains(printed.out, "accuracy,latency_ms,params,"));
  const fs::path file = fixture().folder / "evaluations.csv";
  const Result written = run({"export", folder, "--out", file.string()});
  CHECK(written.code == 0);
  CHECK(written.out == file.string() + "\n");
  CHECK(read_text(file) == printed.out);
}

TEST_CASE("what Python exports is told with the command for it") {
  const Result result = run({"export", "runs/any", "--to", "optuna", "--out", "study.db"});
  CHECK(result.code == 2);
  CHECK(contains(result.err, "python -m evonas.export runs/any --to optuna study.db"));
}

TEST_CASE("metrics that a program tells are none of the command line's") {
  const Result result =
      fixture().search("told", {"--set", "evaluation.accuracy={told: {unit: \"%\"}}"});
  CHECK(result.code == 2);
  CHECK(contains(result.err, "accuracy"));
  CHECK(contains(result.err, "evonas.Search"));
}

}  // namespace
}  // namespace evonas::e2e
