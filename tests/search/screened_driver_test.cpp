#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "search/pareto.hpp"
#include "search/run_verification.hpp"
#include "search/screened_search.hpp"
#include "search/session.hpp"
#include "temporary_folder.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::ScreenedWorld;
using toy::text_of;

/// Notes what each source was asked about.
struct AskedSources {
  std::mutex mutex;
  std::map<std::string, std::multiset<std::string>> of;

  explicit AskedSources(const ScreenedWorld& world) {
    for (const auto& [name, source] : {std::pair{"accuracy", world.trained},
                                       {"latency_ms", world.measured},
                                       {"costs", world.counted},
                                       {"early", world.early}}) {
      source->log = [this, name = std::string(name)](const evaluation::Candidate& candidate,
                                                     bool done) {
        const std::scoped_lock lock(mutex);
        if (!done) of[name].insert(candidate.genotype.to_string());
      };
    }
  }
};

std::vector<std::string> metrics_in(const EvaluationRecord& record) {
  std::vector<std::string> names;
  for (const auto& [name, value] : record.metrics) names.push_back(name);
  return names;
}

TEST_CASE("a screening asks the source of its metric alone, an evaluation all others") {
  const ScreenedWorld world(17);
  AskedSources asks(world);
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::Budget);
  CHECK(summary.message == "all 17 evaluations of the budget are done");
  REQUIRE(summary.evaluations.size() == 17);
  // 15 for the first five, 12 for each batch of four.
  CHECK(summary.screenings.size() == 15 + 3 * 12);
  for (const EvaluationRecord& record : summary.evaluations) {
    CHECK(record.rung == 0);
    if (record.ok()) {
      CHECK(metrics_in(record) == std::vector<std::string>{"accuracy", "latency_ms", "params"});
    }
  }
  std::multiset<std::string> screened;
  for (const EvaluationRecord& record : summary.screenings) {
    CHECK(record.rung == 1);
    CHECK(record.seconds == 0.03125);
    screened.insert(record.genotype.to_string());
    if (record.ok()) CHECK(metrics_in(record) == std::vector<std::string>{"early"});
  }
  CHECK(asks.of["early"] == screened);
  CHECK(std::set(screened.begin(), screened.end()).size() == screened.size());
  CHECK(asks.of["accuracy"].size() == 17);
  for (const std::string& genotype : asks.of["accuracy"]) CHECK(screened.contains(genotype));
  // Nothing is left out of the numbers of a run.
  std::set<std::uint64_t> indices;
  for (const EvaluationRecord& record : summary.evaluations) indices.insert(record.index);
  for (const EvaluationRecord& record : summary.screenings) indices.insert(record.index);
  CHECK(indices.size() == 68);
  CHECK(*indices.rbegin() == 67);
  // Of the first generations, and every second one after them, none counts.
  REQUIRE(summary.generations.size() == 8);
  const std::vector<std::uint64_t> counts{0, 5, 5, 9, 9, 13, 13, 17};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    CHECK(summary.generations[i].evaluations == counts[i]);
  }
  CHECK(summary.generations[0].hypervolume == 0.0);
  CHECK_FALSE(summary.generations[0].best.at(0));
}

TEST_CASE("the last batch is cut to the budget, and its screenings with it") {
  const SearchSummary summary = ScreenedWorld(7).run();
  CHECK(summary.evaluations.size() == 7);
  CHECK(summary.screenings.size() == 15 + 6);
}

TEST_CASE("seconds of training count screenings") {
  ScreenedWorld world(0);
  world.setup.budget.training_seconds = 4.0;
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::Budget);
  double seconds = 0.0;
  for (const EvaluationRecord& record : summary.evaluations) seconds += record.seconds;
  for (const EvaluationRecord& record : summary.screenings) seconds += record.seconds;
  CHECK(seconds >= 4.0);
  CHECK(summary.message.find(fmt::format("evaluations of {:.6g} s", seconds)) != std::string::npos);
}

TEST_CASE("screenings that fail count as failures do where a search is given up") {
  ScreenedWorld world(100);
  world.setup.sources.back().evaluator =
      std::make_shared<toy::Source>(world.early->metrics(), [](const evaluation::Candidate&) {
        return evaluation::Outcome{.metrics = {}, .failure = "no memory"};
      });
  const SearchSummary summary = world.run();
  CHECK(summary.termination == Termination::TooManyFailures);
  CHECK(summary.message.find("15 of 15 evaluations and screenings failed") == 0);
  CHECK(summary.message.find("no memory") != std::string::npos);
  CHECK(summary.evaluations.empty());
  CHECK(summary.failures == 0);
  CHECK_FALSE(summary.best);
}

TEST_CASE("a screened search is the same on 1, 2, 3 and 8 threads, stored or not") {
  const std::string expected = text_of(ScreenedWorld(25).run());
  for (const std::size_t threads : {2, 3, 8}) {
    CHECK(text_of(ScreenedWorld(25, threads).run()) == expected);
    const TemporaryFolder folder;
    RunStore store = RunStore::create(folder.path());
    const ScreenedWorld world(25, threads);
    CHECK(text_of(world.run(&store)) == expected);
    CHECK(text_of(load_summary(store, world.setup.problem)) == expected);
    CHECK(verify_run(world.setup, store).empty());
  }
}

TEST_CASE("a screened search stopped at random points and resumed ends as one never stopped") {
  const std::string expected = text_of(ScreenedWorld(13).run());
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 12; ++round) {
    const TemporaryFolder folder;
    std::map<std::string, int> begun;
    for (bool finished = false; !finished;) {
      const ScreenedWorld world(13);
      std::stop_source stop;
      int left = 1 + int(random() % 40);
      const auto count = [&](const char* name) {
        return [&, name](const evaluation::Candidate& candidate, bool done) {
          if (!done) ++begun[name + candidate.genotype.to_string()];
          if (--left == 0) stop.request_stop();
        };
      };
      world.trained->log = count("accuracy ");
      world.measured->log = count("latency_ms ");
      world.early->log = count("early ");
      const auto run = folder.path() / "run";
      RunStore store = RunStore::exists(run) ? RunStore::open(run) : RunStore::create(run);
      const SearchSummary summary = world.run(&store, {}, stop.get_token());
      CHECK(text_of(load_summary(store, world.setup.problem)) == text_of(summary));
      CHECK(verify_run(world.setup, store).empty());
      finished = summary.termination == Termination::Budget;
      if (finished) CHECK(text_of(summary) == expected);
    }
    for (const auto& [evaluation, times] : begun) CHECK_MESSAGE(times == 1, evaluation);
  }
}

TEST_CASE("a screened run can be continued with a larger budget, also from within a batch") {
  const TemporaryFolder folder;
  const ScreenedWorld larger(21);
  {
    RunStore store = RunStore::create(folder.path());
    ScreenedWorld(6).run(&store);
    std::stop_source stop;
    int left = 6;  // in the midst of screenings
    const ScreenedWorld middle(15);
    middle.early->log = [&](const evaluation::Candidate&, bool) {
      if (--left == 0) stop.request_stop();
    };
    CHECK(middle.run(&store, {}, stop.get_token()).termination == Termination::Interrupted);
  }
  RunStore store = RunStore::open(folder.path());
  const SearchSummary summary = larger.run(&store);
  CHECK(summary.evaluations.size() == 21);
  CHECK(verify_run(larger.setup, store).empty());
}

TEST_CASE("a run is continued and verified with the screenings it began with only") {
  const TemporaryFolder folder;
  const ScreenedWorld world(9);
  RunStore store = RunStore::create(folder.path());
  world.run(&store);
  ScreenedWorld other(9);
  other.setup.algorithm.guidance.halving = 4;
  CHECK_THROWS_WITH_AS(other.run(&store), doctest::Contains("guidance.halving=4"), SearchError);
  CHECK_FALSE(verify_run(other.setup, store).empty());
  other.setup.algorithm.guidance = world.setup.algorithm.guidance;
  other.setup.algorithm.guidance.screening.front().share = 0.5;
  CHECK_THROWS_AS(other.run(&store), SearchError);
  other.setup.algorithm.guidance.screening.clear();
  CHECK_THROWS_AS(other.run(&store), SearchError);
  CHECK_FALSE(verify_run(other.setup, store).empty());
}

TEST_CASE("what a search without screenings keeps of its options says nothing of them") {
  ScreenedWorld world(9);
  const auto with = describe_setup(world.setup);
  CHECK(with.at("search.rungs") == "0 1 2\n3");
  CHECK(with.at("search.algorithm").find("guidance.screening[0].metric=early") !=
        std::string::npos);
  CHECK(with.at("search.algorithm").find("guidance.halving=3") != std::string::npos);
  world.setup.algorithm.guidance.screening.clear();
  const auto without = describe_setup(world.setup);
  CHECK_FALSE(without.contains("search.rungs"));
  CHECK(without.at("search.algorithm").find("screening") == std::string::npos);
  CHECK(without.at("search.algorithm").find("halving") == std::string::npos);
  CHECK(without.at("search.algorithm").find("guidance.tau_drop=") != std::string::npos);
}

TEST_CASE("what a search keeps of its options names what its predictors and batches are") {
  ScreenedWorld world(9);
  const auto kept = [&] { return describe_setup(world.setup).at("search.algorithm"); };
  // As searches kept it that are older than these options.
  const std::string usual = kept();
  CHECK(usual.find("guidance.predictor=gp ") != std::string::npos);
  CHECK(usual.find("guidance.batch_") == std::string::npos);
  CHECK(usual.find("guidance.initial_spread") == std::string::npos);
  auto& guidance = world.setup.algorithm.guidance;
  guidance.predictor.named = {{"accuracy", "trees"}};
  guidance.batch_diversity = "distance";
  guidance.initial_spread = "all";
  for (const char* part : {"guidance.predictor.accuracy=trees", "guidance.batch_diversity=distance",
                           "guidance.batch_distance=2", "guidance.initial_spread=all"}) {
    CHECK(kept().find(part) != std::string::npos);
  }
  guidance.batch_diversity = "none";
  CHECK(kept().find("guidance.batch_diversity=none") != std::string::npos);
  CHECK(kept().find("guidance.batch_distance") == std::string::npos);
}

TEST_CASE("rows of screenings that are altered, taken away or added are found") {
  const TemporaryFolder folder;
  const ScreenedWorld world(9);
  {
    RunStore store = RunStore::create(folder.path());
    world.run(&store);
    CHECK(verify_run(world.setup, store).empty());
  }
  for (const char* change : {"UPDATE screening SET rung = 2 WHERE evaluation = 3",
                             "UPDATE screening SET evaluation = 16 WHERE evaluation = 3",
                             "DELETE FROM screening WHERE evaluation = 0",
                             "INSERT INTO screening SELECT 17, rung, checksum FROM screening "
                             "LIMIT 1",
                             "DROP TABLE screening"}) {
    CAPTURE(change);
    const TemporaryFolder copy;
    std::filesystem::copy(folder.path() / "run.sqlite", copy.path() / "run.sqlite");
    SQLite::Database((copy.path() / "run.sqlite").string(), SQLite::OPEN_READWRITE).exec(change);
    CHECK_FALSE(verify_run(world.setup, RunStore::open_read_only(copy.path())).empty());
  }
}

/// Asks for what another algorithm asks for, but has it screened by no metric that there is.
struct Overreach final : Algorithm {
  std::unique_ptr<Algorithm> inner;

  std::size_t batch_size() const override { return inner->batch_size(); }
  std::vector<spaces::Genotype> ask(std::size_t count) override { return inner->ask(count); }
  std::vector<std::uint32_t> rungs() const override {
    std::vector<std::uint32_t> rungs = inner->rungs();
    if (!rungs.empty()) rungs.back() = 2;
    return rungs;
  }
  void tell(std::span<const Individual> evaluated) override { inner->tell(evaluated); }
};

TEST_CASE("a rung that there is not, and a screening without a source, are refused") {
  ScreenedWorld world(9);
  Overreach overreach;
  overreach.inner = make_algorithm(world.setup.algorithm, world.setup.space, world.setup.problem,
                                   guidance_of(world.setup));
  CHECK_THROWS_WITH_AS(run_search(world.setup, overreach, nullptr, {}, {}),
                       "the algorithm asks for rung 2, and there are 1 screenings", SearchError);
  world.setup.sources.pop_back();
  CHECK_THROWS_WITH_AS(world.run(), doctest::Contains("the screening of accuracy"), SearchError);
}

TEST_CASE("a screening is never in a front, a best or a count, whatever its values") {
  CHECK(rc::check("any run", [] {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>(), "run");
    const Problem problem{.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}},
                          .limits = {Limit::parse("b <= 50")}};
    const std::vector<ScreeningOptions> screening{{.metric = "c", .of = "a", .share = 0.5}};
    std::vector<EvaluationRecord> records;
    const std::uint64_t count = rng.below(40);
    std::size_t evaluated = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      EvaluationRecord record;
      record.index = i;
      record.genotype = toy::Space().at(i);
      record.key = toy::Space().key(record.genotype);
      record.rung = rng.chance(0.6) ? 1 : 0;
      // The best values of all are those of screenings.
      const double bonus = record.rung > 0 ? 100.0 : 0.0;
      record.metrics["a"].value = static_cast<double>(rng.below(50)) + bonus;
      record.metrics["b"].value = static_cast<double>(rng.below(100)) - bonus;
      record.metrics["c"].value = static_cast<double>(rng.below(100));
      if (rng.chance(0.1)) record.failure = "failed";
      evaluated += record.rung == 0 ? 1 : 0;
      records.push_back(record);
    }
    const std::vector<Individual> individuals = to_individuals(records, problem, screening);
    for (std::size_t i = 0; i < records.size(); ++i) {
      const Individual& individual = individuals[i];
      if (records[i].rung > 0) {
        RC_ASSERT(individual.failed());
        RC_ASSERT(!individual.feasible());
        RC_ASSERT(individual.screened.has_value() == records[i].ok());
      } else {
        RC_ASSERT(!individual.screened.has_value());
        RC_ASSERT(individual.failed() == !records[i].ok());
      }
    }
    for (const std::size_t i : pareto_front(individuals)) RC_ASSERT(records[i].rung == 0U);
    for (const std::size_t i : feasible_by_first_objective(records, problem)) {
      RC_ASSERT(records[i].rung == 0U);
    }
    SearchSummary summary;
    sort_into(summary, records);
    summarise(problem, summary);
    RC_ASSERT(summary.evaluations.size() == evaluated);
    RC_ASSERT(summary.screenings.size() == records.size() - evaluated);
    for (const EvaluationRecord& record : summary.evaluations) RC_ASSERT(record.rung == 0U);
    if (summary.best) {
      RC_ASSERT(summary.evaluations[*summary.best].metrics.at("a").value < 100.0);
    }
  }));
}

}  // namespace
}  // namespace evonas::search
