#include <doctest/doctest.h>

#include "search/additive_predictor.hpp"
#include "search/evaluation_log.hpp"
#include "search/run_verification.hpp"
#include "search/small_space.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::Climber;
using toy::text_of;
using toy::World;

SearchSummary session(const World& world, const std::filesystem::path& folder) {
  RunStore store = RunStore::exists(folder) ? RunStore::open(folder) : RunStore::create(folder);
  return world.run(&store);
}

TEST_CASE("stopped at random points and resumed, the end is that of a run never stopped") {
  const std::string expected = text_of(World(36).run());
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 30; ++round) {
    const TemporaryFolder folder;
    const auto log = folder.path() / "log";
    const World world(36, 1 + random() % 3);
    keep_log(world, log);
    int sessions = 0;
    for (bool finished = false; !finished; ++sessions) {
      // Requests the stop within an evaluation of any of the three sources.
      std::stop_source stop;
      std::atomic<int> left = 1 + int(random() % 60);
      const auto log_accuracy = world.trained->log;
      const auto log_latency = world.measured->log;
      const auto count = [&] {
        if (--left == 0) stop.request_stop();
      };
      const auto counting = [&](const auto& next) {
        return [&, next](const evaluation::Candidate& candidate, bool done) {
          if (next) next(candidate, done);
          count();
        };
      };
      world.trained->log = counting(log_accuracy);
      world.measured->log = counting(log_latency);
      world.counted->log = counting(std::function<void(const evaluation::Candidate&, bool)>());
      RunStore store = RunStore::exists(folder.path() / "run")
                           ? RunStore::open(folder.path() / "run")
                           : RunStore::create(folder.path() / "run");
      const SearchSummary summary = world.run(&store, {}, stop.get_token());
      CHECK(text_of(load_summary(store, world.setup.problem)) == text_of(summary));
      Climber climber(world.setup.algorithm.seed, world.batch);
      world.trained->log = log_accuracy;
      world.measured->log = log_latency;
      world.counted->log = nullptr;
      CHECK(verify_run(world.setup, climber, store).empty());
      finished = summary.termination == Termination::Budget;
      if (finished) {
        CHECK(text_of(summary) == expected);
      } else {
        CHECK(summary.termination == Termination::Interrupted);
        CHECK(store.get("termination") == std::optional<std::string>("interrupted"));
      }
    }
    for (const auto& [evaluation, times] : toy::begun(log)) {
      CHECK_MESSAGE(times == 1, evaluation);
    }
  }
}

TEST_CASE("a finished run that is resumed evaluates nothing and ends the same") {
  const TemporaryFolder folder;
  const World world(30);
  const SearchSummary first = session(world, folder.path());
  world.trained->log = [](const evaluation::Candidate&, bool) { FAIL("evaluated again"); };
  const SearchSummary again = session(world, folder.path());
  CHECK(text_of(again) == text_of(first));
  CHECK(again.termination == Termination::Budget);
  CHECK(again.message == first.message);
}

TEST_CASE("a run can be continued with a larger budget, also after a generation that was cut") {
  const TemporaryFolder folder;
  session(World(20), folder.path());
  const World larger(33);
  const SearchSummary summary = session(larger, folder.path());
  CHECK(summary.evaluations.size() == 33);
  CHECK(summary.generations[3].evaluations == 20);
  const RunStore store = RunStore::open(folder.path());
  Climber climber(7, 6);
  CHECK(verify_run(larger.setup, climber, store).empty());
}

TEST_CASE("seconds of training that earlier sessions have spent count") {
  World world(0);
  world.setup.budget.training_seconds = 9.0;
  const std::string expected = text_of(world.run());
  for (const int stop_after : {1, 7, 20, 40}) {
    CAPTURE(stop_after);
    const TemporaryFolder folder;
    std::stop_source stop;
    std::atomic<int> left = stop_after;
    world.trained->log = [&](const evaluation::Candidate&, bool) {
      if (--left == 0) stop.request_stop();
    };
    RunStore store = RunStore::create(folder.path());
    const SearchSummary first = world.run(&store, {}, stop.get_token());
    CHECK(first.termination == Termination::Interrupted);
    world.trained->log = nullptr;
    const SearchSummary whole = world.run(&store);
    CHECK(whole.termination == Termination::Budget);
    CHECK(text_of(whole) == expected);
    // It is used up, so nothing more is evaluated; a larger one is not.
    CHECK(text_of(world.run(&store)) == expected);
    CHECK(world.run(&store).message == whole.message);
    World larger(0);
    larger.setup.budget.training_seconds = 18.0;
    CHECK(text_of(larger.run(&store)) == text_of(larger.run()));
    Climber climber(7, 6);
    CHECK(verify_run(larger.setup, climber, store).empty());
  }
}

TEST_CASE("what the genes matter is known of a run that came to its end, and of no other") {
  const TemporaryFolder folder;
  const World world(18);
  RunStore store = RunStore::create(folder.path());
  std::stop_source stop;
  world.trained->log = [&](const evaluation::Candidate&, bool) { stop.request_stop(); };
  CHECK(world.run(&store, {}, stop.get_token()).gene_importance.empty());
  world.trained->log = nullptr;
  const GeneImportances whole = world.run(&store).gene_importance;
  CHECK(whole.size() == 1);
  CHECK(store.gene_importance() == whole);
  // A longer run is stopped before its end: what was known of the shorter one is not of this one.
  const World longer(36);
  std::atomic<int> left = 3;
  std::stop_source again;
  longer.trained->log = [&](const evaluation::Candidate&, bool) {
    if (--left == 0) again.request_stop();
  };
  CHECK(longer.run(&store, {}, again.get_token()).gene_importance.empty());
  CHECK(store.gene_importance().empty());
  Climber climber(7, longer.batch);
  CHECK(verify_run(longer.setup, climber, store).empty());
}

/// Ends a search after its third generation, as one that has reached a target would.
struct Satisfied final : Observer {
  Verdict on_generation_end(const GenerationRecord& record) override {
    return record.generation == 2 ? Verdict::Stop : Verdict::Continue;
  }
};

TEST_CASE("what the genes matter is known however a search ends, unless it is cut short") {
  const auto check_end = [](const World& world, std::size_t most, Termination termination,
                            bool is_known, Observer* observer = nullptr) {
    const TemporaryFolder folder;
    RunStore store = RunStore::create(folder.path());
    std::vector<Observer*> observers;
    if (observer != nullptr) observers.push_back(observer);
    Climber climber(7, world.batch, most);
    const SearchSummary summary = run_search(world.setup, climber, &store, observers, {});
    CHECK(summary.termination == termination);
    CHECK(summary.gene_importance.size() == (is_known ? 1 : 0));
    CHECK(store.gene_importance() == summary.gene_importance);
    Climber again(7, world.batch, most);
    CHECK(verify_run(world.setup, again, store).empty());
  };
  check_end(World(100), 20, Termination::SpaceExhausted, true);
  World timed(0);
  timed.setup.budget.seconds = 0.02;
  timed.trained->delay = std::chrono::milliseconds(1);
  check_end(timed, 7000, Termination::Budget, true);
  World failing(100);
  failing.setup.budget.failure_share = 0.01;
  check_end(failing, 7000, Termination::TooManyFailures, false);
  Satisfied satisfied;
  check_end(World(100), 7000, Termination::Interrupted, true, &satisfied);
}

/// A guided search in a space of ten networks.
World small_guided_world() {
  World world(100);
  world.setup.space = spaces::AnySpace(tests::SmallSpace{.genes = 3, .values = 3});
  world.setup.algorithm = {.algorithm = "predictor_guided", .batch = 3, .seed = 7};
  world.setup.algorithm.guidance.initial = 3;
  world.setup.algorithm.guidance.candidates = 40;
  world.setup.algorithm.guidance.population = 10;
  world.setup.make_predictor = tests::additive_guidance().make_predictor;
  return world;
}

TEST_CASE("a guided search that has evaluated a whole space knows what its genes matter") {
  const World world = small_guided_world();
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = run_search(world.setup, &store, {}, {});
  CHECK(summary.termination == Termination::SpaceExhausted);
  CHECK(summary.evaluations.size() == 10);
  REQUIRE(summary.gene_importance.contains("accuracy"));
  CHECK(store.gene_importance() == summary.gene_importance);
  CHECK(verify_run(world.setup, store).empty());
  // Resumed, it finds out again that nothing is left.
  CHECK(text_of(run_search(world.setup, &store, {}, {})) == text_of(summary));
}

TEST_CASE("what a guided search expects of others is stored at its end, and verified") {
  World world = small_guided_world();
  world.setup.budget.evaluations = 6;
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = run_search(world.setup, &store, {}, {});
  REQUIRE_FALSE(summary.predicted_front.empty());
  CHECK(load_summary(store, world.setup.problem).predicted_front == summary.predicted_front);
  CHECK(verify_run(world.setup, store).empty());
  // A longer run that is stopped before its end has none.
  world.setup.budget.evaluations = 9;
  std::stop_source stop;
  world.trained->log = [&](const evaluation::Candidate&, bool) { stop.request_stop(); };
  CHECK(run_search(world.setup, &store, {}, stop.get_token()).predicted_front.empty());
  CHECK(load_summary(store, world.setup.problem).predicted_front.empty());
  world.trained->log = nullptr;
  run_search(world.setup, &store, {}, {});
  CHECK(verify_run(world.setup, store).empty());
  store.set("predicted_front", R"([{"architecture": "0 0 0", "metrics": {}}])");
  const auto faults = verify_run(world.setup, store);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].find("the predicted front") != std::string::npos);
}

/// Writes down when fits begin and end.
struct FitWitness final : Observer {
  std::string told;

  void on_fit(bool begins) override { told += begins ? "(" : ")"; }
  void on_evaluation(const EvaluationRecord& /*record*/) override { told += "."; }
};

TEST_CASE("observers are told of fits, and of those that a continued run repeats") {
  const World world = small_guided_world();
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  for (int session = 0; session < 2; ++session) {
    FitWitness witness;
    const std::vector<Observer*> observers{&witness};
    run_search(world.setup, &store, observers, {});
    CHECK(witness.told == "...()...()...().()");
  }
}

TEST_CASE("a store of another search is refused with what differs") {
  const TemporaryFolder folder;
  session(World(12), folder.path());
  World other(12);
  other.setup.algorithm.seed = 8;
  CHECK_THROWS_WITH_AS(session(other, folder.path()), doctest::Contains("its seed is '7', now"),
                       SearchError);
  other = World(12);
  other.setup.problem.limits.clear();
  CHECK_THROWS_WITH_AS(session(other, folder.path()), doctest::Contains("its limits is"),
                       SearchError);
  other = World(12);
  other.setup.sources.pop_back();
  CHECK_THROWS_WITH_AS(session(other, folder.path()), doctest::Contains("sources"), SearchError);
  // The same setup, but an algorithm that goes another way.
  RunStore store = RunStore::open(folder.path());
  Climber climber(99, 6);
  CHECK_THROWS_WITH_AS(run_search(World(12).setup, climber, &store, {}, {}),
                       doctest::Contains("other architectures"), SearchError);
}

/// Fails as a whole the first time that it is used.
struct Flaky final : evaluation::Evaluator {
  bool failed = false;
  std::vector<evaluation::Metric> metrics() const override {
    return {{"accuracy", "%", evaluation::CostClass::Expensive}};
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token) override {
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (i == 3 && !std::exchange(failed, true)) {
        throw evaluation::EvaluationError("the graphics card is gone");
      }
      sink(i, toy::accuracy(block[i]));
    }
  }
};

struct Resumed final : Observer {
  std::uint64_t evaluations = 0;
  std::vector<std::uint64_t> told;
  void on_resume(std::uint64_t known) override { evaluations = known; }
  void on_evaluation(const EvaluationRecord& record) override { told.push_back(record.index); }
};

TEST_CASE("the fault of a source keeps what it had reported, and observers see it again") {
  const TemporaryFolder folder;
  World world(12);
  const std::string expected = [&] {
    World sound(12);
    sound.setup.sources.erase(sound.setup.sources.begin() + 1, sound.setup.sources.end());
    sound.setup.problem = {{{"accuracy", Goal::Maximize}}, {}};
    return text_of(sound.run());
  }();
  world.setup.sources = {{"accuracy", std::make_shared<Flaky>()}};
  world.setup.problem = {{{"accuracy", Goal::Maximize}}, {}};
  CHECK_THROWS_AS(session(world, folder.path()), evaluation::EvaluationError);
  RunStore store = RunStore::open(folder.path());
  CHECK(store.get("message") == std::optional<std::string>("the graphics card is gone"));
  CHECK(load_summary(store, world.setup.problem).evaluations.size() == 3);
  Resumed observer;
  CHECK(text_of(world.run(&store, {&observer})) == expected);
  CHECK(observer.evaluations == 3);
  CHECK(observer.told.size() == 12);
}

}  // namespace
}  // namespace evonas::search
