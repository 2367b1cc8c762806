#include "cli/run/unfinished_fit.hpp"

#include <doctest/doctest.h>

#include "temporary_folder.hpp"

namespace evonas::cli {
namespace {

TEST_CASE("an unfinished fit is kept beside its file until it is finished") {
  const tests::TemporaryFolder folder;
  const std::filesystem::path file = folder / "latency.predictor";
  const nlohmann::json state = {{"step", 7}, {"weights", nlohmann::json::binary({1, 2, 3})}};
  {
    UnfinishedFit fit(file, "this fit", 1e-9);
    CHECK(fit.kept().is_null());
    CHECK_FALSE(fit.exists());
    CHECK(fit.is_due());
    fit.curve().push_back({.epoch = 3, .loss = 0.5});
    fit.keep(state);
    CHECK(fit.exists());
    CHECK(fit.file() == folder / "latency.predictor.unfinished");
  }
  UnfinishedFit again(file, "this fit", 60.0);
  CHECK((again.kept() == state));
  REQUIRE(again.curve().size() == 1);
  CHECK(again.curve()[0].epoch == 3);
  CHECK_FALSE(again.is_due());  // for an hour
  CHECK_THROWS_WITH_AS(UnfinishedFit(file, "another fit", 60.0),
                       doctest::Contains("of a fit with other labels or options"),
                       predictor::PredictorError);
  UnfinishedFit never(file, "another fit", 0.0);  // does not look either
  never.keep(state);
  CHECK(never.kept().is_null());
  CHECK_FALSE(never.is_due());
  again.remove();
  CHECK_FALSE(again.exists());

  folder.write("latency.predictor.unfinished", "nonsense");
  CHECK_THROWS_AS(UnfinishedFit(file, "this fit", 60.0), predictor::PredictorError);
}

}  // namespace
}  // namespace evonas::cli
