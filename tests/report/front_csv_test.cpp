#include <doctest/doctest.h>

#include "report/report_data.hpp"
#include "sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

std::string cell(std::uint64_t number) {
  const spaces::NasBench201 space;
  return space.format(space.at(number));
}

}  // namespace

TEST_CASE("front.csv: objectives, limits, then the other metrics, exact values, best first") {
  const std::string expected = "architecture,key,accuracy,latency_ms,params\n" + cell(15) + "," +
                               Key{15, 5}.hex() + ",90.25,3.9,15000\n" + cell(12) + "," +
                               Key{12, 2}.hex() + ",80.5,3,12000\n" + cell(10) + "," +
                               Key{10, 0}.hex() + ",70,2,10000\n";
  CHECK(front_csv(sample_run()) == expected);
}

TEST_CASE("front.csv: a limit's metric precedes metrics that come earlier by name") {
  search::Problem problem{.objectives = {{"params", search::Goal::Minimize}},
                          .limits = {{"latency_ms", search::Relation::AtMost, 4.0}}};
  const Run run = sample_run({sample_evaluation(0, 1, 50.0, 1.0)}, problem);
  CHECK(front_csv(run).substr(0, 45) == "architecture,key,params,latency_ms,accuracy\n|");
}

TEST_CASE("front.csv does not depend on the time a run took") {
  Run slow = sample_run();
  slow.summary.seconds = 1e6;
  for (search::EvaluationRecord& record : slow.summary.evaluations) record.seconds = 1e3;
  CHECK(front_csv(slow) == front_csv(sample_run()));
}

TEST_CASE("front.csv: text is quoted where it has to be, missing values are left out") {
  Run run = sample_run({sample_evaluation(0, 1, 0.1 + 0.2, 1.0)}, accuracy_and_latency());
  run.summary.evaluations[0].architecture = "{\"a\": [1,2]}";
  run.summary.evaluations.push_back(sample_failure(1, 2, "no"));
  run.summary.evaluations[1].metrics["extra"] = {1.0, {}, {}};
  CHECK(front_csv(run) ==
        "architecture,key,accuracy,latency_ms,extra,params\n"
        "\"{\"\"a\"\": [1,2]}\"," +
            run.summary.evaluations[0].key.hex() + ",0.30000000000000004,1,,1000\n");
}

TEST_CASE("front.csv of a run without a front is its header") {
  const Run empty = sample_run({}, accuracy_and_latency());
  CHECK(front_csv(empty) == "architecture,key,accuracy,latency_ms\n");
}
