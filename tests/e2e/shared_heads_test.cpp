#ifdef EVONAS_TORCH

#include <string>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "e2e/fixture.hpp"

namespace evonas::e2e {
namespace {

using nlohmann::json;

/// What a search of that name, in which the same networks predict accuracy and latency, found.
std::string found_by_heads(const std::string& name, const std::string& threads) {
  const Fixture& data = fixture();
  const Result searched = data.search(
      name, {"--set",
             "search={algorithm: predictor_guided, seed: 5, guidance: {predictor: networks, "
             "heads: shared, candidates: 60, population: 20}}",
             "--set", "budget.evaluations=10", "--threads", threads});
  CAPTURE(searched.err);
  REQUIRE(searched.code == 0);
  json summary = json::parse(read_text(data.folder / name / "summary.json"));
  CHECK(summary.at("evaluations") == 10);
  summary.erase("seconds");
  summary.erase("times");
  return summary.dump(1) + read_text(data.folder / name / "front.csv");
}

TEST_CASE("a search with shared heads does not depend on the number of threads, and verifies") {
  const std::string once = found_by_heads("heads1", "1");
  CHECK(found_by_heads("heads3", "3") == once);
  const Result verified = run({"verify", fixture().run_folder("heads3")});
  CAPTURE(verified.err);
  CHECK(verified.code == 0);
}

}  // namespace
}  // namespace evonas::e2e

#endif
