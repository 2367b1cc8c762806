#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <tbb/task_arena.h>

#include "base/json.hpp"
#include "message_of.hpp"
#include "search/additive_predictor.hpp"
#include "search/benchmark.hpp"
#include "search/front_benchmark.hpp"
#include "search/source_labels.hpp"
#include "search/table_fixtures.hpp"
#include "search/table_labels.hpp"
#include "search/table_search.hpp"

namespace evonas::search {
namespace {

using tests::SmallSpace;
using tests::TemporaryFolder;

const SmallSpace kRungSpace{.genes = 4, .values = 4};
const std::vector<std::string> kEarlyMetrics{"early", "earlier"};
const std::vector<ScreeningOptions> kEarly{{.metric = "earlier", .of = "a", .share = 0.0625},
                                           {.metric = "early", .of = "a", .share = 0.25}};

int number_of(const spaces::Genotype& genotype) {
  int number = 0;
  for (const auto gene : genotype.genes()) number = 4 * number + gene;
  return number;
}

/// `a` is the number that the genes make, `b`, the seconds, is 8 and more for a larger last gene,
/// `early` and `earlier` are about a tenth of `a`; the last is missing for some.
tests::Table rung_table(const TemporaryFolder& folder) {
  std::string csv = "architecture,a,b,early,earlier\n";
  for (std::uint64_t i = 0; i < kRungSpace.size(); ++i) {
    const spaces::Genotype genotype = kRungSpace.at(i);
    const int number = number_of(genotype);
    csv += fmt::format("\"{}\",{},{},{},{}\n", kRungSpace.format(genotype), number,
                       8 * (1 + genotype[3]), 0.1 * number + 3 * (number % 3),
                       number % 50 == 7 ? "" : fmt::format("{}", 0.1 * number + number % 7));
  }
  std::vector<evaluation::ImportedMetric> metrics;
  for (const char* name : {"a=a", "b=b", "early=early", "earlier=earlier"}) {
    metrics.push_back(evaluation::ImportedMetric::parse(name));
  }
  const spaces::AnySpace space{kRungSpace};
  const std::filesystem::path out = folder.path() / "rungs.sqlite";
  evaluation::import_table(space, folder.write("rungs.csv", csv), "architecture", metrics, out);
  return std::make_shared<const evaluation::BenchmarkTable>(
      evaluation::BenchmarkTable::open(out, space));
}

const Problem kHighest{.objectives = {{"a", Goal::Maximize}}};

/// Asks on rung after rung for the architectures 0, 1, 2, ...: four on the first, two of these on
/// the second, and one in full.
struct Ladder final : Algorithm {
  std::vector<Individual> told;
  std::vector<std::uint32_t> last;
  std::uint64_t next = 0;
  std::size_t stage = 0;
  std::uint32_t highest = 2;

  std::size_t batch_size() const override { return 1; }
  std::vector<spaces::Genotype> ask(std::size_t count) override {
    CHECK(count == 1);
    const std::size_t asked = std::size_t{4} >> stage;
    const std::uint32_t rung = stage == 2 ? 0 : std::min<std::uint32_t>(stage + 1, highest);
    last.assign(asked, rung);
    std::vector<spaces::Genotype> genotypes;
    for (std::size_t i = 0; i < asked; ++i) genotypes.push_back(kRungSpace.at(next + i));
    stage = (stage + 1) % 3;
    if (stage == 0) next += 4;
    return genotypes;
  }
  std::vector<std::uint32_t> rungs() const override { return last; }
  void tell(std::span<const Individual> evaluated) override {
    told.insert(told.end(), evaluated.begin(), evaluated.end());
  }
};

struct Climb {
  std::optional<TableSearch> end;
  std::vector<Individual> received;
  std::vector<double> clock;
};

Climb climb_ladder(Ladder& ladder, const TableLabels& labels, const TableBudget& budget,
                   std::span<const ScreeningOptions> screening = kEarly) {
  Climb result;
  result.end = search_table(
      ladder, labels, budget,
      [&](std::span<Individual> evaluated, std::span<const double> clock) {
        REQUIRE(evaluated.size() == clock.size());
        result.received.insert(result.received.end(), evaluated.begin(), evaluated.end());
        result.clock.insert(result.clock.end(), clock.begin(), clock.end());
      },
      {}, screening);
  return result;
}

TableLabels rung_labels(const tests::Table& table) {
  return {spaces::AnySpace(kRungSpace), *table, kHighest, "b", kEarlyMetrics};
}

TEST_CASE("a screening costs its share of the seconds, and is no evaluation") {
  const TemporaryFolder folder;
  const TableLabels labels = rung_labels(rung_table(folder));
  Ladder ladder;
  const Climb result = climb_ladder(ladder, labels, {.evaluations = 2});
  REQUIRE(result.end);
  CHECK(result.end->evaluations == 2);
  CHECK(result.end->screenings == 12);
  // The last gene of the first 64 architectures is 0: each takes 8 s.
  const double batch = 4 * 0.5 + 2 * 2.0 + 8.0;
  CHECK(result.clock == std::vector<double>{batch, 2 * batch});
  CHECK(result.end->seconds == 2 * batch);
  REQUIRE(result.received.size() == 2);
  CHECK(result.received[0].index == 6);
  CHECK(result.received[1].index == 13);
  for (const Individual& individual : result.received) {
    CHECK_FALSE(individual.failed());
    CHECK_FALSE(individual.screened);
  }
  REQUIRE(ladder.told.size() == 14);
  for (std::size_t i = 0; i < ladder.told.size(); ++i) {
    const Individual& individual = ladder.told[i];
    CHECK(individual.index == i);
    const int number = number_of(individual.genotype);
    if (i % 7 == 6) {
      CHECK(individual.objectives.front() == -number);
      continue;
    }
    CHECK(individual.failed());
    CHECK_FALSE(individual.feasible());
    REQUIRE(individual.screened);
    CHECK(*individual.screened ==
          doctest::Approx(0.1 * number + (i % 7 < 4 ? number % 7 : 3 * (number % 3))));
  }
}

TEST_CASE("a budget of seconds counts screenings, and may end among them") {
  const TemporaryFolder folder;
  const TableLabels labels = rung_labels(rung_table(folder));
  const auto end = [&](double seconds) {
    Ladder ladder;
    const Climb result = climb_ladder(ladder, labels, {.seconds = seconds});
    REQUIRE(result.end);
    CHECK(static_cast<std::size_t>(result.end->evaluations) == result.received.size());
    CHECK(result.end->seconds <= seconds);
    return std::pair(result.end->evaluations, result.end->screenings);
  };
  CHECK(end(1.75) == std::pair<std::int64_t, std::int64_t>(0, 3));
  CHECK(end(13.5) == std::pair<std::int64_t, std::int64_t>(0, 6));
  CHECK(end(14.0) == std::pair<std::int64_t, std::int64_t>(1, 6));
  CHECK(end(18.0) == std::pair<std::int64_t, std::int64_t>(1, 11));
}

TEST_CASE("a screening whose value is missing has failed") {
  const TemporaryFolder folder;
  const TableLabels labels = rung_labels(rung_table(folder));
  const spaces::Genotype lacking = kRungSpace.parse("0,0,1,3");
  REQUIRE(number_of(lacking) == 7);
  CHECK_FALSE(labels.screen(lacking, "earlier", 0).screened);
  CHECK(labels.screen(lacking, "early", 3).screened);
  CHECK(labels.screen(lacking, "early", 3).index == 3);
  CHECK_FALSE(labels.label(lacking, 0).failed());
}

TEST_CASE("metrics and rungs that are not there are refused") {
  const TemporaryFolder folder;
  const tests::Table table = rung_table(folder);
  const std::vector<std::string> absent{"late"};
  CHECK_THROWS_AS(TableLabels(spaces::AnySpace(kRungSpace), *table, kHighest, "b", absent),
                  evaluation::EvaluationError);
  Ladder ladder;
  ladder.highest = 2;
  CHECK(tests::message_of<SearchError>([&] {
          climb_ladder(ladder, rung_labels(table), {.evaluations = 1}, std::span(kEarly).first(1));
        }).find("asks for rung 2, and there are 1 screenings") != std::string::npos);
}

TEST_CASE("what screens is part of the identity of labels") {
  const TemporaryFolder folder;
  const tests::Table table = rung_table(folder);
  const spaces::AnySpace space{kRungSpace};
  const Key digest = TableLabels(space, *table, kHighest, "b").digest();
  CHECK(TableLabels(space, *table, kHighest, "b", {}).digest() == digest);
  CHECK(rung_labels(table).digest() != digest);
}

BenchmarkSetup rung_setup(const TemporaryFolder& folder) {
  AlgorithmOptions plain{.algorithm = "predictor_guided", .batch = 2, .identity = "genotype"};
  plain.guidance.initial = 3;
  plain.guidance.candidates = 60;
  plain.guidance.population = 20;
  AlgorithmOptions screened = plain;
  screened.guidance.screening = kEarly;
  screened.guidance.halving = 2;
  return {.space = spaces::AnySpace{kRungSpace},
          .table = rung_table(folder),
          .problem = kHighest,
          .guidance = tests::additive_guidance(),
          .algorithms = {plain, screened},
          .evaluations = 15,
          .seeds = 4,
          .budgets = {5, 15},
          .cost = "b"};
}

TEST_CASE("sources screen in a benchmark as the table does that has the same labels") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = rung_setup(folder);
  const BenchmarkResult expected = run_benchmark(setup, {}, {});
  std::vector<Source> sources;
  // What costs comes first: no failure hides it.
  for (const std::string& name : std::vector<std::string>{"b", "a", "early", "earlier"}) {
    sources.push_back({name, std::make_shared<evaluation::TableEvaluator>(
                                 setup.table, std::map<std::string, std::string>{{name, name}},
                                 std::set<std::string>{}, "b")});
  }
  setup.labels =
      std::make_shared<const SourceLabels>(setup.space, sources, kHighest, "b", kEarlyMetrics);
  setup.table = nullptr;
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  REQUIRE(result.algorithms.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const AlgorithmResult& own = result.algorithms[i];
    CHECK(own.screenings == expected.algorithms[i].screenings);
    CHECK(own.clock->training_seconds == expected.algorithms[i].clock->training_seconds);
    CHECK(own.budgets.back().regret_median ==
          doctest::Approx(255.0 - expected.algorithms[i].budgets.back().regret_median));
  }
  setup.labels = std::make_shared<const SourceLabels>(setup.space, sources, kHighest, "b");
  CHECK_THROWS_AS(run_benchmark(setup, {}, {}), SearchError);
}

TEST_CASE("a benchmark tells screenings apart from evaluations") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = rung_setup(folder);
  const BenchmarkResult result = run_benchmark(setup, {}, {});
  REQUIRE(result.algorithms.size() == 2);
  const AlgorithmResult& plain = result.algorithms[0];
  const AlgorithmResult& screened = result.algorithms[1];
  CHECK(plain.evaluations == 15.0);
  CHECK(plain.screenings == 0.0);
  CHECK(screened.evaluations == 15.0);
  CHECK(screened.mean_regret.size() == 15);
  // Four and two for each evaluation, less what failed; the last batch may be shorter.
  CHECK(screened.screenings > 4.0 * 15);
  CHECK(screened.screenings <= 6.0 * 16);
  const nlohmann::json json = to_json(result);
  CHECK_FALSE(json.at("algorithms").at("predictor_guided").contains("screenings"));
  CHECK(json.at("algorithms").at("predictor_guided (2)").at("screenings") == screened.screenings);
  CHECK(to_markdown(result).find(fmt::format("| 15.0 + {:.1f} screened |", screened.screenings)) !=
        std::string::npos);

  // One beside which another one screens goes as it does alone.
  setup.algorithms.pop_back();
  CHECK(run_benchmark(setup, {}, {}).algorithms[0].mean_regret == plain.mean_regret);

  for (const int threads : {1, 3}) {
    tbb::task_arena arena(threads);
    const BenchmarkResult again =
        arena.execute([&] { return run_benchmark(rung_setup(folder), {}, {}); });
    CHECK(again.algorithms[1].mean_regret == screened.mean_regret);
    CHECK(again.algorithms[1].clock->training_seconds == screened.clock->training_seconds);
  }
}

TEST_CASE("a benchmark by the clock counts what screenings take, and goes on after a stop") {
  const TemporaryFolder folder;
  BenchmarkSetup setup = rung_setup(folder);
  setup.seconds = {50.0, 200.0};
  const BenchmarkResult expected = run_benchmark(setup, {}, {});
  for (const AlgorithmResult& algorithm : expected.algorithms) {
    CHECK(algorithm.clock->training_seconds <= 200.0);
    CHECK(algorithm.clock->training_seconds > 160.0);
  }
  // Six screenings of a batch of one take 4/16 + 2/4 as long as its evaluation.
  CHECK(expected.algorithms[1].evaluations < expected.algorithms[0].evaluations);
  for (const bool stopped : {true, false}) {
    TrialLog log(folder / "out", "");
    std::stop_source stop;
    const auto progress = [&](std::size_t finished, std::size_t) {
      if (stopped && finished == 6) stop.request_stop();
    };
    const BenchmarkResult result = run_benchmark(setup, progress, stop.get_token(), &log);
    if (stopped) continue;
    REQUIRE(result.complete);
    CHECK(log.found() >= 6);
    CHECK(result.algorithms[1].screenings == expected.algorithms[1].screenings);
    CHECK(result.algorithms[1].mean_regret == expected.algorithms[1].mean_regret);
  }
}

TEST_CASE("a benchmark of fronts counts evaluations alone") {
  const TemporaryFolder folder;
  const BenchmarkSetup of = rung_setup(folder);
  const FrontBenchmarkSetup setup{
      .space = of.space,
      .table = of.table,
      .problem = {.objectives = {{"a", Goal::Maximize}, {"b", Goal::Minimize}}, .limits = {}},
      .algorithms = of.algorithms,
      .guidance = of.guidance,
      .evaluations = 20,
      .seeds = 2,
      .cost = "b"};
  const FrontBenchmarkResult result = run_front_benchmark(setup, {}, {});
  for (const FrontAlgorithmResult& algorithm : result.algorithms) {
    CHECK(algorithm.evaluations == 20.0);
    CHECK(algorithm.end().mean > 0.0);
    CHECK(algorithm.end().mean <= 1.0);
  }
}

}  // namespace
}  // namespace evonas::search
