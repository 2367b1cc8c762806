#include "search/driver.hpp"

#include <limits>
#include <set>

#include <doctest/doctest.h>

#include "search/session.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::Climber;
using toy::text_of;
using toy::World;

/// Writes down everything that it is told.
struct Listener final : Observer {
  std::vector<std::string> lines;
  std::set<std::uint64_t> evaluated;
  std::uint64_t stop_after = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t resumed = 0;

  void on_resume(std::uint64_t evaluations) override { resumed = evaluations; }
  void on_generation_begin(std::uint64_t generation, std::size_t size) override {
    lines.push_back(fmt::format("begin {} {}", generation, size));
  }
  void on_source_begin(const std::string& source, std::size_t size) override {
    lines.push_back(fmt::format("source {} {}", source, size));
  }
  void on_evaluation(const EvaluationRecord& record) override {
    CHECK(evaluated.insert(record.index).second);
  }
  Verdict on_generation_end(const GenerationRecord& record) override {
    lines.push_back(fmt::format("end {} {}", record.generation, record.evaluations));
    return record.generation >= stop_after ? Verdict::Stop : Verdict::Continue;
  }
};

std::string message_of(const SearchSetup& setup) {
  try {
    Climber climber(1, 4);
    run_search(setup, climber, nullptr, {}, {});
  } catch (const SearchError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("the last generation is cut to the budget and every index is there") {
  const World world(20);
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::Budget);
  CHECK(summary.message == "all 20 evaluations of the budget are done");
  REQUIRE(summary.evaluations.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) CHECK(summary.evaluations[i].index == i);
  REQUIRE(summary.generations.size() == 4);
  CHECK(summary.generations.back().evaluations == 20);
  CHECK(summary.seed == 7);
  CHECK(summary.best);
}

TEST_CASE("sources run one after the other, and a failed candidate is not shown to the next") {
  const World world(6);
  Listener listener;
  const SearchSummary summary = world.run(nullptr, {&listener});
  const std::size_t left = 6 - summary.failures;
  CHECK(listener.lines == std::vector<std::string>{"begin 0 6", "source accuracy 6",
                                                   fmt::format("source latency_ms {}", left),
                                                   fmt::format("source costs {}", left),
                                                   "end 0 6"});
  CHECK(listener.evaluated.size() == 6);
  CHECK(listener.resumed == 0);
  for (const EvaluationRecord& record : summary.evaluations) {
    CHECK(record.metrics.contains("params") == record.ok());
  }
}

TEST_CASE("an evaluation's seed depends on the run's seed and on the key alone") {
  World world(30);
  std::map<std::string, std::uint64_t> seeds;
  std::mutex mutex;
  world.trained->log = [&](const evaluation::Candidate& candidate, bool) {
    const std::scoped_lock lock(mutex);
    seeds[candidate.genotype.to_string()] = candidate.seed;
  };
  world.run();
  const auto first = seeds;
  seeds.clear();
  world.batch = 3;
  world.run();
  std::size_t shared = 0;
  for (const auto& [genotype, seed] : seeds) {
    if (!first.contains(genotype)) continue;
    ++shared;
    CHECK(first.at(genotype) == seed);
  }
  CHECK(shared > 0);
  seeds.clear();
  world.setup.algorithm.seed = 8;
  EvaluationRecord record;
  record.key = Key::of("x");
  CHECK(to_candidate(record, 7).seed != to_candidate(record, 8).seed);
}

TEST_CASE("1, 2, 3 and 8 threads give equal records") {
  const std::string expected = text_of(World(60, 1).run());
  for (const std::size_t threads : {2, 3, 8}) {
    CHECK(text_of(World(60, threads).run()) == expected);
    const TemporaryFolder folder;
    RunStore store = RunStore::create(folder.path());
    CHECK(text_of(World(60, threads).run(&store)) == expected);
    CHECK(text_of(load_summary(store, World(60).setup.problem)) == expected);
  }
}

TEST_CASE("real algorithms give equal records with 1, 2, 3 and 8 threads") {
  for (const char* name : {"random", "regularized_evolution", "nsga2"}) {
    std::string expected;
    for (const std::size_t threads : {1, 2, 3, 8}) {
      World world(80, threads);
      world.setup.algorithm.algorithm = name;
      if (world.setup.algorithm.algorithm == "regularized_evolution") {
        world.setup.problem.objectives.pop_back();
      }
      const std::string text = text_of(run_search(world.setup, nullptr, {}, {}));
      if (expected.empty()) expected = text;
      CHECK(text == expected);
    }
  }
}

TEST_CASE("a space without further architectures ends the search") {
  const World world(100);
  Climber climber(7, 6, 15);
  const SearchSummary summary = run_search(world.setup, climber, nullptr, {}, {});
  CHECK(summary.termination == Termination::SpaceExhausted);
  CHECK(summary.evaluations.size() == 15);
}

TEST_CASE("seconds end a search before the next generation, all sessions together") {
  World world(0);
  world.setup.budget.seconds = 0.05;
  world.trained->delay = std::chrono::milliseconds(2);
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = world.run(&store);
  CHECK(summary.termination == Termination::Budget);
  CHECK(summary.evaluations.size() % 6 == 0);
  CHECK(summary.seconds >= 0.05);
  const SearchSummary again = world.run(&store);
  CHECK(again.evaluations.size() == summary.evaluations.size());
  CHECK(again.seconds >= summary.seconds);
}

TEST_CASE("seconds of training end a search before the next generation") {
  World world(0);
  world.setup.budget.training_seconds = 8.0;
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::Budget);
  CHECK(summary.message.find(
            "the budget of 8 s of training is used up after 24 evaluations of 8.") == 0);
  REQUIRE(summary.failures > 0);
  double spent = 0.0;
  for (const EvaluationRecord& record : summary.evaluations) {
    // A failed training has cost its time too, but nothing was measured behind it.
    CHECK(record.seconds == (record.ok() ? 0.375 : 0.25));
    if (record.generation + 1 == summary.generations.size() && record.index % 6 == 0) {
      CHECK(spent < 8.0);
    }
    spent += record.seconds;
  }
  CHECK(spent >= 8.0);

  // Whichever comes first.
  world.setup.budget.evaluations = 10;
  CHECK(world.run().evaluations.size() == 10);
  world.setup.budget.training_seconds = 2.0;
  CHECK(world.run().evaluations.size() == 6);
}

TEST_CASE("too many failures end the search with the last reason") {
  World world(200);
  world.setup.sources[0].evaluator = std::make_shared<toy::Source>(
      world.trained->metrics(), [](const evaluation::Candidate& candidate) {
        evaluation::Outcome outcome = toy::accuracy(candidate);
        if (candidate.key.low % 4 != 0) outcome.failure = "the moon is full";
        return outcome;
      });
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::TooManyFailures);
  CHECK(summary.message.find("the moon is full") != std::string::npos);
  CHECK(summary.evaluations.size() >= 10);
  world.setup.budget.failure_share = 1.0;
  CHECK(world.run().termination == Termination::Budget);
}

TEST_CASE("an observer can end the search") {
  const World world(100);
  Listener listener;
  listener.stop_after = 2;
  const SearchSummary summary = world.run(nullptr, {&listener});
  CHECK(summary.termination == Termination::Interrupted);
  CHECK(summary.evaluations.size() == 18);
}

TEST_CASE("values that are no finite numbers, and missing ones, are failures") {
  World world(12);
  world.setup.budget.failure_share = 1.0;
  world.setup.sources[0].evaluator = std::make_shared<toy::Source>(
      world.trained->metrics(), [](const evaluation::Candidate& candidate) {
        evaluation::Outcome outcome;
        if (candidate.key.low % 2 == 0) {
          outcome.metrics["accuracy"].value = std::numeric_limits<double>::quiet_NaN();
        }
        return outcome;
      });
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = world.run(&store);
  CHECK(summary.failures == 12);
  for (const EvaluationRecord& record : summary.evaluations) {
    const bool named = record.failure.find("'accuracy'") != std::string::npos;
    CHECK_MESSAGE(named, record.failure);
  }
}

TEST_CASE("a setup that cannot work is refused with the name of what is wrong") {
  SearchSetup setup = World(10).setup;
  setup.problem.limits.push_back(Limit::parse("flops <= 3"));
  CHECK(message_of(setup).find("'flops'") != std::string::npos);
  CHECK(message_of(setup).find("accuracy, latency_ms, params") != std::string::npos);
  setup = World(10).setup;
  setup.sources.push_back(setup.sources[1]);
  CHECK(message_of(setup).find("two sources are named 'latency_ms'") != std::string::npos);
  setup.sources.back().name = "other";
  CHECK(message_of(setup).find("'latency_ms' and 'other'") != std::string::npos);
  setup = World(10).setup;
  setup.problem.objectives.clear();
  CHECK(message_of(setup).find("objective") != std::string::npos);
  setup = World(10).setup;
  setup.threads = 0;
  CHECK(message_of(setup).find("thread") != std::string::npos);
  setup = World(10).setup;
  setup.sources[0].evaluator.reset();
  CHECK(message_of(setup).find("'accuracy'") != std::string::npos);
  setup = World(10).setup;
  setup.budget.evaluations = -1;
  CHECK(message_of(setup).find("-1") != std::string::npos);
  setup = World(10).setup;
  setup.budget.training_seconds = -2.0;
  CHECK(message_of(setup).find("-2 s of training") != std::string::npos);
}

/// Asks for the same architecture again and again.
struct Parrot final : Algorithm {
  std::size_t batch_size() const override { return 1; }
  std::vector<spaces::Genotype> ask(std::size_t) override {
    return {spaces::Genotype({0, 1, 2, 3, 4})};
  }
  void tell(std::span<const Individual>) override {}
};

TEST_CASE("an algorithm that repeats itself is refused, so nothing is paid twice") {
  const World world(10);
  Parrot parrot;
  CHECK_THROWS_AS(run_search(world.setup, parrot, nullptr, {}, {}), SearchError);
}

/// Breaks its contract in one of two ways.
struct Broken final : evaluation::Evaluator {
  bool twice = false;
  std::vector<evaluation::Metric> metrics() const override { return {{"accuracy", "%", {}}}; }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token) override {
    for (std::size_t i = 0; i + 1 < block.size(); ++i) sink(i, toy::accuracy(block[i]));
    if (twice) sink(0, toy::accuracy(block[0]));
  }
};

TEST_CASE("a source that reports twice or not at all is a fault, not a hang") {
  World world(10);
  world.setup.problem = {{{"accuracy", Goal::Maximize}}, {}};
  const auto broken = std::make_shared<Broken>();
  world.setup.sources = {{"accuracy", broken}};
  CHECK_THROWS_WITH_AS(world.run(), doctest::Contains("without an outcome"), SearchError);
  broken->twice = true;
  CHECK_THROWS_WITH_AS(world.run(), doctest::Contains("twice"), SearchError);
}

}  // namespace
}  // namespace evonas::search
