#include "search/asynchronous_driver.hpp"

#include <algorithm>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "evaluation/simulated_fleet.hpp"
#include "search/additive_predictor.hpp"
#include "search/asynchronous_world.hpp"
#include "search/evaluation_log.hpp"
#include "search/run_verification.hpp"
#include "temporary_folder.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::AsynchronousWorld;
using toy::Climber;
using toy::Conductor;
using toy::text_of;

/// A fleet of five that trains in the place of real workers: always the same order.
void use_fleet(AsynchronousWorld& world) {
  world.setup.sources[0].evaluator = std::make_shared<evaluation::SimulatedFleet>(
      world.trained, evaluation::FleetOptions{.workers = 5});
}

std::vector<std::string> faults_of(const AsynchronousWorld& world, const RunStore& store) {
  Climber climber(world.setup.algorithm.seed, world.batch);
  return verify_run(world.setup, climber, store);
}

TEST_CASE("the stored order of completion, followed again, gives the same run on any threads") {
  AsynchronousWorld world(60, 3);
  world.trained->delay = std::chrono::microseconds(300);
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = world.run(&store);
  CHECK(summary.termination == Termination::Budget);
  CHECK(summary.evaluations.size() == 60);
  CHECK(faults_of(world, store).empty());
  CHECK(text_of(load_summary(store, world.setup.problem)) == text_of(summary));
  const std::vector<CompletionRecord> order = store.completions();
  REQUIRE(order.size() == 60);
  CHECK_FALSE(std::ranges::is_sorted(order, {}, &CompletionRecord::evaluation));
  for (const std::size_t threads : {1, 2, 8}) {
    AsynchronousWorld again(60, threads);
    again.setup.sources[0].evaluator = std::make_shared<Conductor>(order);
    const TemporaryFolder other;
    RunStore copy = RunStore::create(other.path());
    CHECK(text_of(again.run(&copy)) == text_of(summary));
    CHECK(copy.completions() == order);
    CHECK(faults_of(again, copy).empty());
  }
  // Another order is another run: the algorithm climbs from what it was told.
  std::vector<CompletionRecord> in_turn;
  for (std::uint64_t i = 0; i < 60; ++i) in_turn.push_back({i, i, i + 1});
  AsynchronousWorld other(60);
  other.setup.sources[0].evaluator = std::make_shared<Conductor>(in_turn);
  CHECK(text_of(other.run()) != text_of(summary));
}

TEST_CASE("as many are under way as there are workers, and the next is chosen with what is known") {
  AsynchronousWorld world(40);
  use_fleet(world);
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = world.run(&store);
  const auto order = store.completions();
  for (std::size_t i = 0; i < order.size(); ++i) {
    CHECK(order[i].place == i);
    CHECK(order[i].asks == std::min<std::uint64_t>(i + 5, 40));
    CHECK(summary.evaluations[order[i].evaluation].place == std::optional<std::uint64_t>(i));
  }
  // Parents had been told of when their children were chosen.
  for (const EvaluationRecord& record : summary.evaluations) {
    if (!record.origin->parent) continue;
    const EvaluationRecord& parent = summary.evaluations[*record.origin->parent];
    CHECK(*parent.place + 5 <= record.index);
  }
}

TEST_CASE(
    "a generation is as many evaluations as the algorithm likes, in the order of completion") {
  AsynchronousWorld world(40);
  use_fleet(world);
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  const SearchSummary summary = world.run(&store);
  REQUIRE(summary.generations.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(summary.generations[i].evaluations == std::min<std::size_t>(6 * i + 6, 40));
  }
  CHECK(summary.generations.back().hypervolume == summary.hypervolume);
  CHECK(summary.generations.back().front_size == summary.front.size());
  // The reference point is the worst of the first generation, whatever was asked for first.
  const auto order = order_of_completion(summary.evaluations);
  double accuracy = 1000.0;
  double latency = 0.0;
  for (std::size_t i = 0; i < 6; ++i) {
    const EvaluationRecord& record = summary.evaluations[order[i]];
    CHECK(record.place == std::optional<std::uint64_t>(i));
    if (!record.ok()) continue;
    accuracy = std::min(accuracy, record.metrics.at("accuracy").value);
    latency = std::max(latency, record.metrics.at("latency_ms").value);
  }
  CHECK(summary.reference_point == std::vector<double>{accuracy, latency});
}

TEST_CASE("stopped anywhere and resumed with other workers, only what was under way begins again") {
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 15; ++round) {
    const TemporaryFolder folder;
    const auto log = folder.path() / "log";
    int sessions = 0;
    for (bool finished = false; !finished; ++sessions) {
      const std::size_t threads = 1 + random() % 4;
      AsynchronousWorld world(36, threads);
      world.trained->delay = std::chrono::microseconds(50);
      keep_log(world, log);
      world.measured->log = nullptr;
      std::stop_source stop;
      int left = 1 + int(random() % 60);
      world.trained->log = [&, next = world.trained->log](const evaluation::Candidate& candidate,
                                                          bool done) {
        next(candidate, done);
        if (--left == 0) stop.request_stop();
      };
      const auto run = folder.path() / "run";
      RunStore store = RunStore::exists(run) ? RunStore::open(run) : RunStore::create(run);
      const std::size_t before = store.completions().size();
      const std::size_t under_way = store.asks().size() - before;
      const SearchSummary summary = world.run(&store, {}, stop.get_token());
      CHECK(text_of(load_summary(store, world.setup.problem)) == text_of(summary));
      CHECK(store.completions().size() == summary.evaluations.size());
      CHECK(summary.evaluations.size() >= before);
      // Nothing new is asked for before what was under way has begun.
      CHECK(store.asks().size() <= summary.evaluations.size() + std::max(threads, under_way));
      CHECK(faults_of(world, store).empty());
      finished = summary.termination == Termination::Budget;
      CHECK((finished || summary.termination == Termination::Interrupted));
      if (finished) CHECK(summary.evaluations.size() == 36);
    }
    const auto begun = toy::begun(log);
    CHECK(begun.size() == 36);
    for (const auto& [evaluation, times] : begun) CHECK_MESSAGE(times <= sessions, evaluation);
  }
}

TEST_CASE("a finished run that is resumed evaluates nothing, and a larger budget goes on") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  AsynchronousWorld world(20, 2);
  const SearchSummary first = world.run(&store);
  world.trained->log = [](const evaluation::Candidate&, bool) { FAIL("evaluated again"); };
  const SearchSummary again = world.run(&store);
  CHECK(text_of(again) == text_of(first));
  CHECK(again.message == "all 20 evaluations of the budget are done");
  const AsynchronousWorld larger(33, 2);
  const SearchSummary summary = larger.run(&store);
  CHECK(summary.evaluations.size() == 33);
  CHECK(summary.generations[3].evaluations == 20);
  CHECK(faults_of(larger, store).empty());
}

TEST_CASE("what is under way when a budget of seconds is used up is still evaluated") {
  for (const bool by_training : {true, false}) {
    CAPTURE(by_training);
    AsynchronousWorld world(0, 3);
    world.trained->delay = std::chrono::microseconds(200);
    (by_training ? world.setup.budget.training_seconds : world.setup.budget.seconds) =
        by_training ? 8.0 : 0.05;
    const TemporaryFolder folder;
    RunStore store = RunStore::create(folder.path());
    const SearchSummary summary = world.run(&store);
    CHECK(summary.termination == Termination::Budget);
    CHECK(summary.evaluations.size() >= 3);
    CHECK(store.asks().size() == summary.evaluations.size());
    CHECK(summary.generations.back().evaluations == summary.evaluations.size());
    CHECK(world.run(&store).evaluations.size() == summary.evaluations.size());
  }
}

TEST_CASE("too many failures, and a space without further architectures, end it") {
  AsynchronousWorld world(200, 3);
  world.setup.sources[0].evaluator = std::make_shared<toy::Source>(
      world.trained->metrics(),
      [](const evaluation::Candidate&) {
        return evaluation::Outcome{.failure = "the moon is full"};
      },
      3);
  SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::TooManyFailures);
  CHECK(summary.message.find("the moon is full") != std::string::npos);
  CHECK(summary.evaluations.size() < 20);

  const AsynchronousWorld small(200, 3);
  Climber climber(7, 6, 15);
  summary = run_search(small.setup, climber, nullptr, {}, {});
  CHECK(summary.termination == Termination::SpaceExhausted);
  CHECK(summary.evaluations.size() == 15);
}

TEST_CASE("without a source that takes long each is told before the next is asked for") {
  std::string expected;
  for (const std::size_t threads : {1, 2, 8}) {
    toy::World world(30, threads, evaluation::CostClass::Simulated);
    world.setup.algorithm.driver = "asynchronous";
    const TemporaryFolder folder;
    RunStore store = RunStore::create(folder.path());
    const std::string text = text_of(world.run(&store));
    if (expected.empty()) expected = text;
    CHECK(text == expected);
    for (const CompletionRecord& completion : store.completions()) {
      CHECK(completion.evaluation == completion.place);
      CHECK(completion.asks == completion.place + 1);
    }
    Climber climber(7, world.batch);
    CHECK(verify_run(world.setup, climber, store).empty());
  }
}

TEST_CASE("real algorithms are the same on any number of threads, and verify") {
  for (const char* name : {"random", "nsga2", "predictor_guided"}) {
    CAPTURE(name);
    std::string expected;
    for (const std::size_t threads : {1, 2, 8}) {
      AsynchronousWorld world(50, threads);
      use_fleet(world);
      world.setup.algorithm.algorithm = name;
      world.setup.algorithm.guidance.candidates = 60;
      world.setup.algorithm.guidance.population = 20;
      world.setup.make_predictor = [](const std::string&, const std::string&) {
        return std::make_unique<tests::AdditivePredictor>();
      };
      const TemporaryFolder folder;
      RunStore store = RunStore::create(folder.path());
      const std::string text = text_of(run_search(world.setup, &store, {}, {}));
      if (expected.empty()) expected = text;
      CHECK(text == expected);
      CHECK(verify_run(world.setup, store).empty());
    }
  }
}

TEST_CASE("several sources that take long, and a store of the other driver, are refused") {
  toy::World two(10);
  two.setup.algorithm.driver = "asynchronous";
  CHECK_THROWS_WITH_AS(two.run(),
                       doctest::Contains("keeps one source busy, and 2 of them take long: "
                                         "accuracy, latency_ms"),
                       SearchError);
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  AsynchronousWorld world(10);
  world.run(&store);
  world.setup.algorithm.driver = "synchronous";
  CHECK_THROWS_WITH_AS(world.run(&store), doctest::Contains("its algorithm is"), SearchError);
  CHECK_FALSE(faults_of(world, store).empty());
}

TEST_CASE("an order of completion that was altered, or that the algorithm cannot have had") {
  const AsynchronousWorld world(20, 2);
  const TemporaryFolder folder;
  {
    RunStore store = RunStore::create(folder.path());
    world.run(&store);
    REQUIRE(faults_of(world, store).empty());
    Climber other(8, world.batch);
    CHECK_FALSE(verify_run(world.setup, other, store).empty());
  }
  for (const char* change : {"UPDATE completion SET asks = asks + 1 WHERE place = 3",
                             "UPDATE completion SET evaluation = 21 WHERE place = 3",
                             "DELETE FROM completion WHERE place = 19"}) {
    CAPTURE(change);
    const TemporaryFolder copy;
    std::filesystem::copy(folder.path() / "run.sqlite", copy.path() / "run.sqlite");
    SQLite::Database((copy.path() / "run.sqlite").string(), SQLite::OPEN_READWRITE).exec(change);
    CHECK_FALSE(faults_of(world, RunStore::open_read_only(copy.path())).empty());
  }
}

/// Fails as a whole, or breaks its contract, after a few candidates.
struct Unreliable final : evaluation::Evaluator {
  enum class Fault { Throws, Repeats, Forgets };
  Fault fault = Fault::Throws;

  std::vector<evaluation::Metric> metrics() const override {
    return {{"accuracy", "%", evaluation::CostClass::Expensive}};
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate>, const evaluation::OutcomeSink&,
                std::stop_token) override {}
  void evaluate_each(const evaluation::CandidateFeed& next, const evaluation::OutcomeSink& sink,
                     const std::stop_token&) override {
    for (std::size_t number = 0; number < 5; ++number) {
      const std::optional<evaluation::Candidate> candidate = next();
      if (!candidate) return;
      if (number < 4 || fault == Fault::Repeats) sink(number, toy::accuracy(*candidate));
    }
    if (fault == Fault::Throws) throw evaluation::EvaluationError("the cluster is gone");
    if (fault == Fault::Repeats) sink(2, {.failure = "again"});
  }
};

TEST_CASE("the fault of a source ends the session, keeps what was told, and it can be resumed") {
  AsynchronousWorld world(20);
  const auto source = std::make_shared<Unreliable>();
  world.setup.sources[0].evaluator = source;
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  CHECK_THROWS_WITH_AS(world.run(&store), "the cluster is gone", evaluation::EvaluationError);
  CHECK(store.get("message") == std::optional<std::string>("the cluster is gone"));
  CHECK(load_summary(store, world.setup.problem).evaluations.size() == 4);
  world.setup.sources[0].evaluator = world.trained;
  CHECK(world.run(&store).evaluations.size() == 20);
  CHECK(faults_of(world, store).empty());

  world.setup.sources[0].evaluator = source;
  source->fault = Unreliable::Fault::Repeats;
  CHECK_THROWS_WITH_AS(world.run(), doctest::Contains("twice"), SearchError);
  source->fault = Unreliable::Fault::Forgets;
  CHECK_THROWS_WITH_AS(world.run(), doctest::Contains("left 1 of 5 candidates"), SearchError);
}

/// Asks for the same architecture again and again.
struct Echo final : Algorithm {
  std::size_t batch_size() const override { return 1; }
  std::vector<spaces::Genotype> ask(std::size_t) override {
    return {spaces::Genotype({0, 1, 2, 3, 4})};
  }
  void tell(std::span<const Individual>) override {}
};

TEST_CASE("an algorithm that repeats itself is refused, in whichever thread it is asked") {
  const AsynchronousWorld world(10, 3);
  Echo echo;
  CHECK_THROWS_WITH_AS(run_search(world.setup, echo, nullptr, {}, {}), doctest::Contains("twice"),
                       SearchError);
}

/// Writes down what it is told.
struct Witness final : Observer {
  std::vector<std::string> lines;
  std::set<std::uint64_t> evaluated;
  std::uint64_t stop_after = 1000;

  void on_generation_begin(std::uint64_t generation, std::size_t size) override {
    lines.push_back(fmt::format("begin {} {}", generation, size));
  }
  void on_source_begin(const std::string& source, std::size_t size) override {
    lines.push_back(fmt::format("source {} {}", source, size));
  }
  void on_evaluation(const EvaluationRecord& record) override {
    CHECK(evaluated.insert(record.index).second);
    CHECK(record.place);
  }
  Verdict on_generation_end(const GenerationRecord& record) override {
    lines.push_back(fmt::format("end {} {}", record.generation, record.evaluations));
    return record.generation >= stop_after ? Verdict::Stop : Verdict::Continue;
  }
};

TEST_CASE("observers see generations, every evaluation once, and can end the search") {
  AsynchronousWorld world(14);
  use_fleet(world);
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  Witness first;
  world.run(&store, {&first});
  CHECK(first.lines == std::vector<std::string>{"begin 0 6", "source accuracy 6", "end 0 6",
                                                "begin 1 6", "source accuracy 6", "end 1 12",
                                                "begin 2 2", "source accuracy 2", "end 2 14"});
  CHECK(first.evaluated.size() == 14);
  Witness again;
  world.run(&store, {&again});
  CHECK(again.lines == first.lines);
  CHECK(again.evaluated.size() == 14);

  AsynchronousWorld longer(100);
  use_fleet(longer);
  Witness impatient;
  impatient.stop_after = 1;
  const SearchSummary summary = longer.run(nullptr, {&impatient});
  CHECK(summary.termination == Termination::Interrupted);
  // Those that were under way are still evaluated.
  CHECK(summary.evaluations.size() == 16);
}

}  // namespace
}  // namespace evonas::search
