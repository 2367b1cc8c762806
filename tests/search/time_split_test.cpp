#include "search/time_split.hpp"

#include <thread>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/json.hpp"
#include "search/algorithm.hpp"
#include "search/session.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::World;

constexpr std::chrono::milliseconds kShort{5};

TEST_CASE("a split of time comes back from its text to the last bit") {
  CHECK(to_string(TimeSplit{.fit = 1.5, .evaluate = 60.0}) ==
        "fit=1.5 score=0 breed=0 evaluate=60 rest=0");
  CHECK(rc::check("round trip", [] {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>(), "times");
    TimeSplit times;
    for (const TimePart& part : kTimeParts) times.*part.seconds = 1e6 * rng.uniform();
    const TimeSplit read = parse_time_split(to_string(times));
    for (const TimePart& part : kTimeParts) {
      const bool same = read.*part.seconds == times.*part.seconds;
      RC_ASSERT(same);
    }
  }));
  for (const char* text :
       {"", "fit=1", "fit=1 score=2 breed=3 evaluate=4 rest=5 more=6",
        "score=2 fit=1 breed=3 evaluate=4 rest=5", "fit=x score=2 breed=3 evaluate=4 rest=5",
        "fit=-1 score=2 breed=3 evaluate=4 rest=5", "fit=nan score=2 breed=3 evaluate=4 rest=5"}) {
    CHECK_THROWS_AS(parse_time_split(text), SearchError);
  }
}

TEST_CASE("time belongs to the part that it is spent in") {
  PhaseClock clock;
  clock.add({.fit = 100.0, .rest = 10.0});
  {
    const PhaseClock::Scope evaluating(clock, &TimeSplit::evaluate);
    std::this_thread::sleep_for(kShort);
    CHECK(clock.split().evaluate >= 0.005);
  }
  const TimeSplit between = clock.split();
  std::this_thread::sleep_for(kShort);
  const TimeSplit after = clock.split();
  CHECK(after.evaluate == between.evaluate);
  CHECK(after.rest >= between.rest + 0.005);
  CHECK(after.fit == 100.0);
  CHECK(after.breed == 0.0);
  CHECK(after.total() >= 110.01);
}

TEST_CASE("what went to predictors is taken out of the time in the algorithm") {
  const TimeSplit times =
      with_learning({.fit = 1.0, .breed = 8.0, .rest = 2.0}, {.fit = 4.0, .score = 1.0});
  CHECK(times.fit == 5.0);
  CHECK(times.score == 1.0);
  CHECK(times.breed == 3.0);
  CHECK(times.total() == 11.0);
  CHECK(with_learning({.breed = 1.0}, {.fit = 2.0}).breed == 0.0);
  CHECK(to_json(times) ==
        nlohmann::json{
            {"fit", 5.0}, {"score", 1.0}, {"breed", 3.0}, {"evaluate", 0.0}, {"rest", 2.0}});
}

TEST_CASE("the parts of a search's time make up its time, in the summary and in the store") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const World world(12);
  world.trained->delay = kShort;
  const SearchSummary summary = world.run(&store);
  REQUIRE(summary.times);
  CHECK(summary.times->total() == summary.seconds);
  CHECK(summary.times->evaluate >= 12 * 0.005);
  CHECK(summary.times->evaluate < summary.seconds);
  CHECK(summary.times->fit == 0.0);
  const SearchSummary loaded = load_summary(store, world.setup.problem);
  REQUIRE(loaded.times);
  CHECK(to_string(*loaded.times) == to_string(*summary.times));
  CHECK(loaded.seconds == summary.seconds);
  CHECK(world.run().times);
}

TEST_CASE("the time of a continued run is that of all its sessions") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  World world(6);
  world.trained->delay = kShort;
  const TimeSplit first = *world.run(&store).times;
  world.setup.budget.evaluations = 12;
  const TimeSplit both = *world.run(&store).times;
  CHECK(both.evaluate >= first.evaluate + 6 * 0.005);
  for (const TimePart& part : kTimeParts) CHECK(both.*part.seconds >= first.*part.seconds);
}

TEST_CASE("the time of a run that was begun without noting what it went to is kept as a whole") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path(), {{"seconds", "1000"}});
  CHECK_FALSE(load_summary(store, World(6).setup.problem).times);
  const World world(6);
  for (const auto& [name, value] : describe_setup(world.setup)) store.set(name, value);
  const TimeSplit times = *world.run(&store).times;
  CHECK(times.rest >= 1000.0);
  CHECK(times.evaluate < 1000.0);
}

/// Says that all of its time went to predictors.
struct Learner final : Algorithm {
  toy::Climber climber{7, 6};
  double spent = 0.0;

  std::size_t batch_size() const override { return 6; }
  std::vector<spaces::Genotype> ask(std::size_t count) override {
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    spent += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return climber.ask(count);
  }
  LearningTime learning_time() const override {
    return {.fit = 0.75 * spent, .score = 0.25 * spent};
  }
  void tell(std::span<const Individual> evaluated) override { climber.tell(evaluated); }
};

TEST_CASE("what an algorithm spends on predictors does not count as breeding") {
  const World world(18);
  Learner learner;
  const TimeSplit times = *run_search(world.setup, learner, nullptr, {}, {}).times;
  CHECK(times.fit == doctest::Approx(0.75 * learner.spent));
  CHECK(times.score == doctest::Approx(0.25 * learner.spent));
  CHECK(times.fit >= 3 * 0.015);
  CHECK(times.breed > 0.0);
  CHECK(times.breed < times.fit);
}

}  // namespace
}  // namespace evonas::search
