#include <doctest/doctest.h>

#include "report/report_data.hpp"
#include "sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

TEST_CASE("summary.json has the form that scripts rely on") {
  const Run run = sample_run();
  const auto network = [&](std::size_t i) {
    const search::EvaluationRecord& record = run.summary.evaluations[i];
    const double latency = record.metrics.at("latency_ms").value;
    return nlohmann::json{{"architecture", record.architecture},
                          {"key", record.key.hex()},
                          {"metrics",
                           {{"accuracy", record.metrics.at("accuracy").value},
                            {"latency_ms", latency},
                            {"params", record.metrics.at("params").value}}},
                          {"intervals", {{"latency_ms", {latency * 0.75, latency * 1.25}}}}};
  };
  const nlohmann::json expected = {
      {"status", "complete"},
      {"termination", "budget"},
      {"seed", 7},
      {"evaluations", 6},
      {"failures", 1},
      {"seconds", 75.5},
      {"best", network(5)},
      {"front", nlohmann::json::array({network(5), network(2), network(0)})},
      {"hypervolume", run.summary.hypervolume},
      {"reference_point", {60.0, 4.5}},
      {"final",
       {{"architecture", run.summary.evaluations[5].architecture},
        {"metrics", {{"test_accuracy", 91.5}, {"latency_ms", 3.8}}},
        {"intervals", {{"latency_ms", {3.5, 4.25}}}},
        {"seconds", 12.5},
        {"rejected", nlohmann::json::array()}}}};
  CHECK(summary_json(run) == expected);
}

TEST_CASE("networks that break a limit when they are measured again are named") {
  Run run = sample_run();
  const std::string chosen = run.summary.evaluations[2].architecture;
  const std::string rejected = run.summary.evaluations[5].architecture;
  run.summary.final->architecture = chosen;
  run.summary.final->rejected = {{rejected, {{"latency_ms", {4.5, 4.25, 4.75}}}}};
  CHECK(summary_json(run).at("final").at("rejected") ==
        nlohmann::json::parse(R"([{"architecture": ")" + rejected +
                              R"(", "metrics": {"latency_ms": 4.5},
                                  "intervals": {"latency_ms": [4.25, 4.75]}}])"));
  CHECK(console_summary(run).find(rejected +
                                  " breaks a limit when it is measured again:\n"
                                  "  latency_ms  4.500 ms (4.250 to 4.750)\n"
                                  "after the final training of " +
                                  chosen) != std::string::npos);
}

TEST_CASE("a run on a table tells how far it ended from the optimum") {
  Run run = sample_run();
  CHECK_FALSE(summary_json(run).contains("optimum"));
  run.optimum = search::KnownOptimum{.architecture = "the best", .value = 91.5};
  CHECK(summary_json(run).at("optimum") ==
        nlohmann::json{{"architecture", "the best"}, {"value", 91.5}, {"distance", 1.25}});
  CHECK(console_summary(run).find("1.250 % from the optimum of the table within the limits: "
                                  "accuracy 91.50 % with the best\n") != std::string::npos);
  run.optimum->value = 90.25;
  run.problem.limits.clear();
  CHECK(console_summary(run).find("this is the optimum of the table\n") != std::string::npos);
  run.summary.best.reset();
  CHECK(summary_json(run).at("optimum").at("distance").is_null());
  CHECK(console_summary(run).find("optimum") == std::string::npos);
}

TEST_CASE("a run tells what its time went to, where that was noted") {
  Run run = sample_run();
  CHECK_FALSE(summary_json(run).contains("times"));
  CHECK(console_summary(run).find("time:") == std::string::npos);
  run.summary.times =
      search::TimeSplit{.fit = 15.0, .score = 5.0, .breed = 0.25, .evaluate = 79.5, .rest = 0.25};
  CHECK(summary_json(run).at("times") ==
        nlohmann::json{
            {"fit", 15.0}, {"score", 5.0}, {"breed", 0.25}, {"evaluate", 79.5}, {"rest", 0.25}});
  CHECK(console_summary(run).find("\ntime: evaluate 80 %, fit 15 %, score 5 %\n") !=
        std::string::npos);
  run.summary.times = search::TimeSplit{};
  CHECK(console_summary(run).find("time:") == std::string::npos);
}

TEST_CASE("a run that screens tells what it screened, apart from what it evaluated") {
  Run run = sample_run();
  const nlohmann::json without = summary_json(run);
  const std::string front = front_csv(run);
  CHECK_FALSE(without.contains("screenings"));
  CHECK(console_summary(run).find("screened") == std::string::npos);

  // The six that were evaluated were screened before, with nine others; one screening failed.
  for (std::uint64_t i = 0; i < 15; ++i) {
    search::EvaluationRecord record = sample_evaluation(100 + i, 10 + i, 99.0, 0.1);
    record.rung = 1;
    record.metrics = {{"early", {50.0, {}, {}}}};
    record.seconds = 0.5;
    if (i == 7) record.failure = "no memory";
    run.summary.screenings.push_back(record);
  }
  // One of them by a second metric too.
  run.summary.screenings.push_back(run.summary.screenings.front());
  run.summary.screenings.back().rung = 2;
  run.summary.screenings.back().seconds = 1.0;
  search::summarise(run.problem, run.summary);
  nlohmann::json with = summary_json(run);
  // An evaluation took 3.25 s, the screenings 8.5 s.
  CHECK(with.at("screenings") == nlohmann::json{{"count", 16},
                                                {"failures", 1},
                                                {"architectures", 15},
                                                {"left_out", 9},
                                                {"seconds", 8.5},
                                                {"seconds_saved", 9 * 3.25 - 8.5}});
  with.erase("screenings");
  CHECK(with == without);
  CHECK(front_csv(run) == front);
  CHECK(front.find("early") == std::string::npos);
  CHECK(console_summary(run).find("\nscreened: 15 networks in 16 screenings of 8.5 s, 9 never "
                                  "evaluated, which saved about 20.8 s\n") != std::string::npos);
  CHECK(report_json(run).at("runs").at(0).at("evaluations").size() == 6);

  for (search::EvaluationRecord& record : run.summary.evaluations) record.seconds = 0.0;
  CHECK(console_summary(run).find("9 never evaluated\n") != std::string::npos);
}

TEST_CASE("numbers of evaluations do not count the screenings between them") {
  Run run = sample_run();
  for (search::EvaluationRecord& record : run.summary.evaluations)
    record.index = 10 * record.index + 9;
  run.summary.evaluations[2].origin = search::Origin{
      .how = search::Operator::Crossover, .parent = 9, .other_parent = 19, .generations = 1};
  const nlohmann::json data = report_json(run).at("runs").at(0);
  for (std::size_t i = 0; i < 6; ++i) CHECK(data.at("evaluations").at(i).at("index") == i);
  CHECK(data.at("evaluations").at(2).at("origin").at("parents") == nlohmann::json{0, 1});
  CHECK(data.at("best_so_far").back().at("evaluations") == 6);
  CHECK(data.at("lineage").back().at("index") == 5);
}

TEST_CASE("summary.json says how a run ended") {
  Run run = sample_run();
  const auto status_after = [&](search::Termination termination) {
    run.summary.termination = termination;
    return summary_json(run).at("status").get<std::string>();
  };
  CHECK(status_after(search::Termination::Budget) == "complete");
  CHECK(status_after(search::Termination::SpaceExhausted) == "complete");
  CHECK(status_after(search::Termination::Interrupted) == "interrupted");
  CHECK(status_after(search::Termination::Running) == "running");
  CHECK(status_after(search::Termination::TooManyFailures) == "failed");
}

TEST_CASE("summary.json of a run without a result") {
  const nlohmann::json summary = summary_json(sample_run({}, accuracy_and_latency()));
  CHECK(summary.at("best").is_null());
  CHECK(summary.at("front").empty());
  CHECK(summary.at("evaluations") == 0);
  CHECK_FALSE(summary.contains("final"));
}

TEST_CASE("console summary") {
  const Run run = sample_run();
  const auto architecture = [&](std::size_t i) { return run.summary.evaluations[i].architecture; };
  CHECK(console_summary(run) ==
        "sample (nasbench201): complete, 6 evaluations, 1 failure, 1 min 16 s, seed 7\n"
        "The budget is used up.\n"
        "\n"
        "best network: " +
            architecture(5) +
            "\n"
            "  accuracy    90.25 %\n"
            "  latency_ms  3.900 ms (2.925 to 4.875)\n"
            "  params      15000\n"
            "after its final training (12.5 s):\n"
            "  latency_ms     3.800 ms (3.500 to 4.250)\n"
            "  test_accuracy  91.50 %\n"
            "\n"
            "front: 3 networks, hypervolume 46.60\n"
            "  accuracy  latency_ms  params  architecture\n"
            "     90.25       3.900   15000  " +
            architecture(5) +
            "\n"
            "     80.50       3.000   12000  " +
            architecture(2) +
            "\n"
            "     70.00       2.000   10000  " +
            architecture(0) + "\n");
}

TEST_CASE("console summary without a result says so") {
  CHECK(console_summary(sample_run({}, accuracy_and_latency())).find("evaluated successfully") !=
        std::string::npos);
  const Run beyond = sample_run({sample_evaluation(0, 1, 90.0, 5.0)}, accuracy_and_latency());
  CHECK(console_summary(beyond).find("no network within every limit") != std::string::npos);
}
