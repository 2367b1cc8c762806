#include <limits>
#include <random>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "message_of.hpp"
#include "search/benchmark.hpp"
#include "search/front_benchmark.hpp"
#include "search/regret_trace.hpp"
#include "search/table_fixtures.hpp"
#include "search/trial_log.hpp"

namespace evonas::search {
namespace {

using tests::read_text;
using tests::SmallSpace;
using tests::TemporaryFolder;
using tests::write_text;

const SmallSpace kResumedSpace;

BenchmarkSetup resumed_setup(const TemporaryFolder& folder) {
  return {.space = spaces::AnySpace{kResumedSpace},
          .table = tests::small_table(folder, kResumedSpace,
                                      [](const spaces::Genotype& genotype) {
                                        return fmt::format(
                                            ",{},{}", 10.0 / 3.0 * genotype[0] - 0.1 * genotype[3],
                                            0.7 * (1 + genotype[1]));
                                      }),
          .problem = {.objectives = {{"a", Goal::Maximize}}},
          .algorithms = {{.algorithm = "random"}, {.algorithm = "local_search"}},
          .evaluations = 40,
          .seeds = 6,
          .budgets = {5, 40},
          .cost = "b"};
}

/// A result as bytes, without the times that the machine took.
std::string bytes_of(BenchmarkResult result) {
  for (AlgorithmResult& algorithm : result.algorithms) {
    algorithm.engine_seconds = 0.0;
    algorithm.times.reset();
  }
  std::string text = to_json(result).dump() + to_markdown(result);
  for (const AlgorithmResult& algorithm : result.algorithms) {
    text += nlohmann::json(algorithm.mean_regret).dump();
    text += nlohmann::json(algorithm.clock.value().upper_quartile).dump();
  }
  return text;
}

/// A session of a benchmark in the folder: its result, and how many searches it made.
struct Session {
  BenchmarkResult result;
  std::size_t kept = 0;
  std::size_t made = 0;
};

Session session_in(const std::filesystem::path& folder, const BenchmarkSetup& setup,
                   const std::string& context = "version 1",
                   std::size_t stop_after = std::numeric_limits<std::size_t>::max()) {
  Session session;
  TrialLog log(folder, context);
  std::stop_source stop;
  const auto progress = [&](std::size_t finished, std::size_t /*all*/) {
    session.made = finished - log.found();
    if (session.made >= stop_after) stop.request_stop();
  };
  session.result = run_benchmark(setup, progress, stop.get_token(), &log);
  session.kept = log.found();
  return session;
}

TEST_CASE("a benchmark that is run again makes no search again, and yields the same bytes") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = resumed_setup(folder);
  const Session first = session_in(folder / "out", setup);
  CHECK(first.kept == 0);
  CHECK(first.made == 12);
  CHECK(bytes_of(first.result) == bytes_of(run_benchmark(setup, {}, {})));
  const std::string kept = read_text(folder / "out/searches.jsonl");
  CHECK(std::count(kept.begin(), kept.end(), '\n') == 12);

  const Session again = session_in(folder / "out", setup);
  CHECK(again.kept == 12);
  CHECK(again.made == 0);
  // Times too, which are those of the first session.
  CHECK(to_json(again.result).dump() == to_json(first.result).dump());
  CHECK(to_markdown(again.result) == to_markdown(first.result));
  CHECK(read_text(folder / "out/searches.jsonl") == kept);
}

TEST_CASE("a benchmark that is stopped again and again ends as one that is not") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = resumed_setup(folder);
  const std::string expected = bytes_of(run_benchmark(setup, {}, {}));
  std::size_t made = 0;
  for (bool complete = false; !complete;) {
    const Session session = session_in(folder / "out", setup, "version 1", 3);
    CHECK(session.kept == made);
    made += session.made;
    complete = session.result.complete;
    if (complete) CHECK(bytes_of(session.result) == expected);
  }
  CHECK(made == 12);
}

TEST_CASE("whatever a kill leaves of the file, the end is the same") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = resumed_setup(folder);
  const std::string expected = bytes_of(session_in(folder / "whole", setup).result);
  const std::string whole = read_text(folder / "whole/searches.jsonl");
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    const std::size_t left = random() % (whole.size() + 1);
    const std::string torn = whole.substr(0, left);
    CAPTURE(left);
    std::filesystem::create_directories(folder / "torn");
    write_text(folder / "torn/searches.jsonl", torn);
    const auto lines = static_cast<std::size_t>(std::count(torn.begin(), torn.end(), '\n'));
    const Session session = session_in(folder / "torn", setup);
    CHECK(session.kept == lines);
    CHECK(session.made == 12 - lines);
    CHECK(bytes_of(session.result) == expected);
    CHECK(session_in(folder / "torn", setup).kept == 12);
  }
}

TEST_CASE("lines that cannot be read are as if they were not there") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = resumed_setup(folder);
  const std::string expected = bytes_of(session_in(folder / "out", setup).result);
  const std::filesystem::path file = folder / "out/searches.jsonl";
  std::string text = read_text(file);
  // One line loses its steps, one is no JSON, others never were searches.
  text.replace(text.find("\"steps\""), 7, "\"stops\"");
  text.replace(text.find("{", text.find('\n')), 1, "(");
  write_text(file, text + "\n[]\n7\n{}\n{\"key\": 3}\n" + std::string(100, '\0') + "\n");
  const Session session = session_in(folder / "out", setup);
  CHECK(session.kept == 10);
  CHECK(bytes_of(session.result) == expected);
  CHECK(session_in(folder / "out", setup).kept == 12);
}

TEST_CASE("searches that were kept before forecasts and times were noted are taken as they are") {
  const RegretStep step{.evaluations = 1, .seconds = 2.0, .regret = 0.5};
  RegretTrace trace{.without = 3.0, .steps = {step}};
  trace.end = {.evaluations = 7, .seconds = 14.0};
  trace.engine_seconds = 0.25;
  trace.forecasts = {{.evaluation = 3, .expected = 1.5, .measured = 1.0},
                     {.evaluation = 7, .expected = -0.1, .measured = 0.1}};
  trace.times = TimeSplit{.fit = 0.125, .rest = 0.125};
  nlohmann::json json = to_json(trace);
  const auto again = parse_regret_trace(json, 3.0);
  REQUIRE(again.has_value());
  CHECK(to_json(*again) == json);
  REQUIRE(again->forecasts.size() == 2);
  CHECK(again->forecasts[1].evaluation == 7);
  CHECK(again->forecasts[1].expected == -0.1);
  CHECK(again->times->fit == 0.125);

  json.erase("forecasts");
  json.erase("times");
  const auto old = parse_regret_trace(json, 3.0);
  REQUIRE(old.has_value());
  CHECK(old->forecasts.empty());
  CHECK_FALSE(old->times.has_value());
  CHECK(old->end.evaluations == 7);
  json["forecasts"] = "none";
  CHECK_FALSE(parse_regret_trace(json, 3.0).has_value());
}

TEST_CASE("searches of another experiment are not taken, those of the same one are") {
  const TemporaryFolder folder;
  const TemporaryFolder other_table;
  const BenchmarkSetup setup = resumed_setup(folder);
  session_in(folder / "out", setup);
  const auto kept = [&](const BenchmarkSetup& other, const std::string& context = "version 1") {
    const std::filesystem::path copy = folder / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::create_directories(copy);
    std::filesystem::copy(folder / "out/searches.jsonl", copy / "searches.jsonl");
    const Session session = session_in(copy, other, context);
    CHECK(bytes_of(session.result) == bytes_of(run_benchmark(other, {}, {})));
    return session.kept;
  };
  BenchmarkSetup other = setup;
  CHECK(kept(other) == 12);
  CHECK(kept(other, "version 2") == 0);
  // What is told of the same searches changes none of them.
  other.budgets = {1, 2, 40};
  CHECK(kept(other) == 12);
  other = setup;
  other.names = {"one", "two"};
  other.against = "two";
  CHECK(kept(other) == 12);
  other = setup;
  other.seeds = 9;
  CHECK(kept(other) == 12);
  other.seeds = 4;
  CHECK(kept(other) == 8);
  other = setup;
  std::swap(other.algorithms[0], other.algorithms[1]);
  CHECK(kept(other) == 12);
  other = setup;
  other.algorithms[0].identity = "genotype";
  CHECK(kept(other) == 6);
  other = setup;
  other.evaluations = 41;
  CHECK(kept(other) == 0);
  other = setup;
  other.seconds = {40.0};
  CHECK(kept(other) == 0);
  other = setup;
  other.problem.limits = {Limit::parse("b <= 2")};
  CHECK(kept(other) == 0);
  other = setup;
  other.problem.objectives = {{"a", Goal::Minimize}};
  CHECK(kept(other) == 0);
  other = setup;
  other.cost = "b";
  other.table = tests::small_table(other_table, kResumedSpace, [](const auto& genotype) {
    return fmt::format(",{},{}", 10.0 / 3.0 * genotype[0] - 0.1 * genotype[3],
                       0.7 * (1 + genotype[2]));
  });
  CHECK(kept(other) == 0);
  // The same contents in another file are the same table.
  CHECK(kept(resumed_setup(other_table)) == 12);
  // What is known of every candidate guides a search.
  other = setup;
  other.guidance.known.push_back(std::make_shared<evaluation::TableEvaluator>(
      other.table, std::map<std::string, std::string>{{"b", "b"}}, std::set<std::string>{"b"}));
  CHECK(kept(other) == 0);
}

TEST_CASE("two at a time cannot keep searches in one folder") {
  const TemporaryFolder folder;
  const BenchmarkSetup setup = resumed_setup(folder);
  TrialLog log(folder / "out", "");
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
  run_benchmark(setup, {}, {}, &log);
  CHECK(tests::message_of<SearchError>([&] {
          TrialLog second(folder / "out", "");
          run_benchmark(setup, {}, {}, &second);
        }).find("is in use by another process") != std::string::npos);
}

TEST_CASE("a benchmark that is refused leaves no folder behind") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = resumed_setup(folder);
  setup.cost = "absent";
  TrialLog log(folder / "out", "");
  CHECK_THROWS_AS(run_benchmark(setup, {}, {}, &log), evaluation::EvaluationError);
  CHECK_FALSE(std::filesystem::exists(folder / "out"));
}

TEST_CASE("a folder that cannot be written is refused with its name") {
  const TemporaryFolder folder;
  write_text(folder / "file", "");
  TrialLog log(folder / "file/out", "");
  const auto run = [&] { run_benchmark(resumed_setup(folder), {}, {}, &log); };
  CHECK(tests::message_of<SearchError>(run).find("searches.jsonl cannot be written") !=
        std::string::npos);
}

TEST_CASE("a benchmark of fronts goes on where it was") {
  const TemporaryFolder folder;
  const BenchmarkSetup of = resumed_setup(folder);
  const FrontBenchmarkSetup setup{
      .space = of.space,
      .table = of.table,
      .problem = {.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}}, .limits = {}},
      .algorithms = {{.algorithm = "nsga2"}, {.algorithm = "random"}},
      .evaluations = 50,
      .seeds = 3};
  const auto session = [&](std::size_t stop_after) {
    TrialLog log(folder / "front", "");
    std::stop_source stop;
    const auto progress = [&](std::size_t finished, std::size_t all) {
      CHECK(all == 6);
      if (finished == stop_after) stop.request_stop();
    };
    // On one thread none ends beside the one that stops it.
    ThreadArena arena(1);
    return arena.execute(
        [&] { return run_front_benchmark(setup, progress, stop.get_token(), &log); });
  };
  CHECK_FALSE(session(2).complete);
  CHECK_FALSE(session(5).complete);
  const FrontBenchmarkResult whole = session(7);
  REQUIRE(whole.complete);
  CHECK(to_json(session(7)).dump() == to_json(whole).dump());
  const FrontBenchmarkResult at_once = run_front_benchmark(setup, {}, {});
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(whole.algorithms[i].end().mean == at_once.algorithms[i].end().mean);
    CHECK(whole.algorithms[i].end().lowest == at_once.algorithms[i].end().lowest);
    CHECK(whole.algorithms[i].evaluations == at_once.algorithms[i].evaluations);
  }
}

TEST_CASE("searches with predictors that are made in another way are others") {
  Guidance guidance;
  const std::string usual = describe_guidance(guidance);
  guidance.predictors = "statics: true";
  CHECK(describe_guidance(guidance) != usual);
}

}  // namespace
}  // namespace evonas::search
