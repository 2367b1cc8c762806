#include "report/forecasts.hpp"

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "report/sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

/// Twelve evaluations, of which all but the first two were expected, two too high.
Run guided_run() {
  std::vector<search::EvaluationRecord> evaluations;
  for (std::uint64_t i = 0; i < 12; ++i) {
    const double accuracy = 70.0 + static_cast<double>(i);
    evaluations.push_back(sample_evaluation(i, i, accuracy, 2.0));
    if (i < 2) continue;
    const double expected = i >= 10 ? accuracy - 30.0 : accuracy + 0.5;
    evaluations.back().forecast["accuracy"] = {expected, expected - 1.0, expected + 1.0};
  }
  return sample_run(evaluations, accuracy_and_latency());
}

}  // namespace

TEST_CASE("what was expected is compared with what was measured") {
  const auto qualities = forecast_quality(guided_run());
  REQUIRE(qualities.size() == 1);
  CHECK(qualities[0].metric == "accuracy");
  CHECK(qualities[0].count == 10);
  CHECK(qualities[0].covered == doctest::Approx(0.8));
  // Of 45 pairs the 16 of one of the last two and one of the first eight are the wrong way round.
  CHECK(qualities[0].kendall_tau == doctest::Approx(13.0 / 45.0));
  REQUIRE(qualities[0].running_tau.size() == 3);
  CHECK(qualities[0].running_tau[0].evaluations == 8);
  CHECK(qualities[0].running_tau[1].value == doctest::Approx(1.0));
  CHECK(qualities[0].running_tau[2].value == doctest::Approx(13.0 / 45.0));
}

TEST_CASE("what was expected is in the summaries and the report, where there is any") {
  const Run run = guided_run();
  CHECK(summary_json(run).at("forecasts").at("accuracy").at("count") == 10);
  CHECK(console_summary(run).find(
            "accuracy, expected before 10 evaluations: Kendall tau 0.29, 80 %") !=
        std::string::npos);
  const nlohmann::json report = report_json(run).at("runs").at(0);
  CHECK(report.at("forecasts").at(0).at("running_tau").size() == 3);
  CHECK(report.at("evaluations").at(5).at("forecast").at("metrics").at("accuracy") == 75.5);
  CHECK_FALSE(report.at("evaluations").at(0).contains("forecast"));
  CHECK_FALSE(summary_json(sample_run()).contains("forecasts"));
  CHECK(report_json(sample_run()).at("runs").at(0).at("forecasts").empty());
}
