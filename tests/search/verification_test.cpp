#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "search/run_verification.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::Climber;
using toy::World;

/// A finished run with some failures and a final training.
void make_run(const World& world, const std::filesystem::path& folder) {
  RunStore store = RunStore::create(folder, {{"configuration", "space: toy\n"}});
  const SearchSummary summary = world.run(&store);
  REQUIRE(summary.failures > 0);
  REQUIRE(summary.best);
  store.set_final(
      {{summary.evaluations[*summary.best].architecture, {{"test_accuracy", {88.25, 88.0, 88.5}}}},
       12.5,
       {}});
}

std::vector<std::string> faults(const World& world, const std::filesystem::path& folder) {
  Climber climber(world.setup.algorithm.seed, world.batch);
  return verify_run(world.setup, climber, RunStore::open_read_only(folder));
}

std::vector<std::string> column(SQLite::Database& database, const std::string& query, int index) {
  std::vector<std::string> values;
  SQLite::Statement statement(database, query);
  while (statement.executeStep()) values.push_back(statement.getColumn(index).getString());
  return values;
}

SQLite::Database edit(const std::filesystem::path& folder) {
  return SQLite::Database((folder / "run.sqlite").string(), SQLite::OPEN_READWRITE);
}

const std::vector<std::string> kTables{"manifest",   "ask",     "evaluation",  "origin",
                                       "forecast",   "outcome", "measurement", "generation",
                                       "importance", "final",   "seal"};

std::string primary_key(SQLite::Database& database, const std::string& table) {
  std::string keys;
  SQLite::Statement statement(database, "PRAGMA table_info(" + table + ")");
  while (statement.executeStep()) {
    if (statement.getColumn(5).getInt() == 0) continue;
    keys += (keys.empty() ? "" : ", ") + statement.getColumn(1).getString();
  }
  return keys;
}

/// Runs `change` on a copy of the run and expects that verification finds fault with it.
void expect_found(const World& world, const std::filesystem::path& run, const std::string& change) {
  const TemporaryFolder copy;
  std::filesystem::copy(run / "run.sqlite", copy.path() / "run.sqlite");
  {
    SQLite::Database database = edit(copy.path());
    REQUIRE_MESSAGE(database.exec(change) > 0, change);
  }
  CHECK_MESSAGE(!faults(world, copy.path()).empty(), change);
}

TEST_CASE("a run that nobody touched verifies") {
  const TemporaryFolder folder;
  const World world(24);
  make_run(world, folder.path());
  const auto found = faults(world, folder.path());
  CHECK_MESSAGE(found.empty(), fmt::format("{}", found.empty() ? "" : found.front()));
}

TEST_CASE("every value of every row of every table that is altered is found") {
  const TemporaryFolder folder;
  const World world(14);
  make_run(world, folder.path());
  SQLite::Database database = edit(folder.path());
  std::size_t changes = 0;
  for (const std::string& table : kTables) {
    const std::string key = primary_key(database, table);
    const auto columns = column(database, "PRAGMA table_info(" + table + ")", 1);
    const auto rows = column(database, "SELECT count(*) FROM " + table, 0);
    REQUIRE(rows.front() != "0");
    for (int row = 0; row < std::stoi(rows.front()); row += table == "measurement" ? 3 : 1) {
      for (const std::string& name : columns) {
        // The smallest step of a number, one more character of a text, something for nothing.
        expect_found(
            world, folder.path(),
            fmt::format("UPDATE {0} SET {1} = CASE typeof({1}) "
                        "WHEN 'integer' THEN {1} + 1000 WHEN 'null' THEN 0.0 "
                        "WHEN 'real' THEN CASE WHEN {1} = 0 THEN 5e-324 ELSE {1} * (1 + 3e-16) END "
                        "ELSE {1} || ' ' END "
                        "WHERE ({2}) = (SELECT {2} FROM {0} ORDER BY {2} LIMIT 1 OFFSET {3})",
                        table, name, key, row));
        ++changes;
      }
    }
  }
  MESSAGE(changes, " alterations");
}

TEST_CASE("every row that is taken away, and every one that is added, is found") {
  const TemporaryFolder folder;
  const World world(14);
  make_run(world, folder.path());
  SQLite::Database database = edit(folder.path());
  for (const std::string& table : kTables) {
    const std::string key = primary_key(database, table);
    const auto rows = column(database, "SELECT count(*) FROM " + table, 0);
    for (int row = 0; row < std::stoi(rows.front()); ++row) {
      expect_found(world, folder.path(),
                   fmt::format("DELETE FROM {0} WHERE ({1}) = (SELECT {1} FROM {0} ORDER BY {1} "
                               "LIMIT 1 OFFSET {2})",
                               table, key, row));
    }
  }
  expect_found(world, folder.path(),
               "INSERT INTO manifest SELECT name || '2', value, checksum FROM manifest LIMIT 1");
  expect_found(world, folder.path(),
               "INSERT INTO measurement SELECT evaluation, source, metric || '2', value, low, "
               "high, checksum FROM measurement LIMIT 1");
  expect_found(world, folder.path(),
               "INSERT INTO outcome SELECT 0, 'other', '', 0.0, checksum FROM outcome LIMIT 1");
  expect_found(world, folder.path(),
               "INSERT INTO seal SELECT name || '2', rows, digest, checksum FROM seal LIMIT 1");
}

TEST_CASE("rows that were exchanged, and a table that is gone, are found") {
  const TemporaryFolder folder;
  const World world(14);
  make_run(world, folder.path());
  expect_found(world, folder.path(),
               "UPDATE measurement SET value = (SELECT value FROM measurement AS other WHERE "
               "other.metric = measurement.metric AND other.evaluation != measurement.evaluation "
               "AND other.value != measurement.value LIMIT 1) WHERE metric = 'accuracy'");
  const TemporaryFolder copy;
  std::filesystem::copy(folder.path() / "run.sqlite", copy.path() / "run.sqlite");
  edit(copy.path()).exec("DROP TABLE outcome");
  CHECK(!faults(world, copy.path()).empty());
}

TEST_CASE("a resume refuses a store that was altered") {
  const TemporaryFolder folder;
  const World world(14);
  make_run(world, folder.path());
  edit(folder.path()).exec("UPDATE measurement SET value = value + 1 WHERE evaluation = 3");
  RunStore store = RunStore::open(folder.path());
  CHECK_THROWS_WITH_AS(world.run(&store), doctest::Contains("altered"), SearchError);
}

TEST_CASE("what checksums cannot show, the second look does: values stored wrongly") {
  const World world(14);
  const auto faults_after = [&](const World& stored_by, std::uint64_t seed = 7) {
    const TemporaryFolder folder;
    RunStore store = RunStore::create(folder.path());
    stored_by.run(&store);
    CHECK(store.verify_checksums().empty());
    Climber climber(seed, world.batch);
    return verify_run(world.setup, climber, store);
  };
  CHECK(faults_after(world).empty());
  REQUIRE(!faults_after(world, 8).empty());
  CHECK(faults_after(world, 8).front().find("other architectures") != std::string::npos);

  World wrong_costs(14);
  wrong_costs.setup.sources[2].evaluator = std::make_shared<toy::Source>(
      world.counted->metrics(), [](const evaluation::Candidate& candidate) {
        evaluation::Outcome outcome = toy::size(candidate);
        outcome.metrics["params"].value += 1.0;
        return outcome;
      });
  REQUIRE(!faults_after(wrong_costs).empty());
  CHECK(faults_after(wrong_costs).front().find("params") != std::string::npos);

  World other_problem(14);
  other_problem.setup.problem.limits[0].bound = 5.0;
  CHECK(faults_after(other_problem).front().find("limits") != std::string::npos);
}

/// Climbs like Climber, but lies about where from.
struct Liar final : Algorithm {
  Climber climber{7, 6};

  std::size_t batch_size() const override { return 6; }
  std::vector<spaces::Genotype> ask(std::size_t count) override { return climber.ask(count); }
  std::vector<Forecast> forecasts() const override { return climber.forecasts(); }
  std::vector<Origin> origins() const override {
    std::vector<Origin> origins = climber.origins();
    if (origins.back().parent) origins.back().other_parent = 0;
    return origins;
  }
  void tell(std::span<const Individual> evaluated) override { climber.tell(evaluated); }
};

TEST_CASE("an origin that is not that of the algorithm is found") {
  const TemporaryFolder folder;
  const World world(14);
  RunStore store = RunStore::create(folder.path());
  Liar liar;
  run_search(world.setup, liar, &store, {}, {});
  CHECK(store.verify_checksums().empty());
  Climber climber(7, world.batch);
  const auto found = verify_run(world.setup, climber, store);
  // The last of the second and of the third generation.
  REQUIRE(found.size() == 2);
  CHECK(found[0].find("evaluation 11: the algorithm came by it in another way") !=
        std::string::npos);
  CHECK(found[1].find("evaluation 13: ") != std::string::npos);
}

TEST_CASE("an importance of genes that is not what the algorithm learnt is found") {
  const TemporaryFolder folder;
  const World world(14);
  RunStore store = RunStore::create(folder.path());
  GeneImportances importance = world.run(&store).gene_importance;
  importance.at("accuracy").back() += 1e-9;
  store.set_gene_importance(importance);
  CHECK(store.verify_checksums().empty());
  Climber climber(7, world.batch);
  const auto found = verify_run(world.setup, climber, store);
  REQUIRE(found.size() == 1);
  CHECK(found[0].find("importance of the genes") != std::string::npos);
}

TEST_CASE("expensive and unrepeatable sources are not run again") {
  const TemporaryFolder folder;
  const World world(14);
  make_run(world, folder.path());
  const auto refuse = [](const evaluation::Candidate&, bool) { FAIL("run again"); };
  world.trained->log = refuse;
  world.measured->log = refuse;
  CHECK(faults(world, folder.path()).empty());
  world.counted->is_deterministic = false;
  world.counted->log = refuse;
  CHECK(faults(world, folder.path()).empty());
}

}  // namespace
}  // namespace evonas::search
