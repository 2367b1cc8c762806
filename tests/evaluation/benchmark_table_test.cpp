#include <cmath>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "base/parallel.hpp"
#include "contains.hpp"
#include "contract/evaluator_contract.hpp"
#include "evaluation/table/import_table.hpp"
#include "evaluation/table/table_file.hpp"
#include "message_of.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

namespace {

const spaces::AnySpace& space() {
  static const spaces::AnySpace space{spaces::NasBench201()};
  return space;
}

/// A small table: rows 0.. are the cells 100, 101, ... with accuracy 50 + row (row 3 has none) and
/// latency 9 - row; the metric `neutral` has no direction.
std::filesystem::path small_table(const TemporaryFolder& folder, std::size_t rows = 6) {
  std::string csv = "arch,acc,lat,neutral,nothing\n";
  for (std::size_t row = 0; row < rows; ++row) {
    csv += space().format(space().at(100 + row)) + "," +
           (row == 3 ? "" : std::to_string(50 + row)) + "," + std::to_string(9 - row) + ",1,\n";
  }
  const std::vector<ImportedMetric> metrics{ImportedMetric::parse("accuracy=acc:%:maximize"),
                                            ImportedMetric::parse("latency_ms=lat:ms:minimize"),
                                            ImportedMetric::parse("neutral=neutral"),
                                            ImportedMetric::parse("nothing=nothing::minimize")};
  const std::filesystem::path out = folder.path() / "t.sqlite";
  import_table(space(), folder.write("t.csv", csv), "arch", metrics, out);
  return out;
}

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  char* error = nullptr;
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error);
  const std::string message = error == nullptr ? "" : error;
  sqlite3_free(error);
  sqlite3_close(database);
  REQUIRE_MESSAGE(code == SQLITE_OK, message);
}

std::string open_error(const std::filesystem::path& file) {
  return message_of<EvaluationError>([&] { BenchmarkTable::open(file, space()); });
}

Candidate candidate(std::uint64_t index) {
  const spaces::Genotype genotype = space().at(index);
  return {.genotype = genotype, .key = space().key(genotype)};
}

}  // namespace

TEST_CASE("find prefers the genotype itself, then the first row with its key") {
  const TemporaryFolder folder;
  // Three cells of one class: only the last operation reaches the output.
  const std::string tail = "~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|none~2|";
  const std::string a = "|nor_conv_3x3" + tail;
  const std::string b = "|avg_pool_3x3" + tail;
  const std::string c = "|nor_conv_1x1" + tail;
  const std::filesystem::path csv = folder.write("t.csv", "arch,x\n" + a + ",1\n" + b + ",2\n");
  const std::vector<ImportedMetric> metrics{ImportedMetric::parse("x=x")};
  import_table(space(), csv, "arch", metrics, folder.path() / "t");
  const BenchmarkTable table = BenchmarkTable::open(folder.path() / "t", space());
  const auto find = [&](const std::string& text) {
    const spaces::Genotype genotype = space().parse(text);
    return table.find(genotype, space().key(genotype));
  };
  CHECK(find(a) == 0);
  CHECK(find(b) == 1);
  CHECK(find(c) == 0);
  CHECK_FALSE(find(space().format(space().at(15624))).has_value());
}

TEST_CASE("best finds the extreme value and its row") {
  const TemporaryFolder folder;
  const BenchmarkTable table = BenchmarkTable::open(small_table(folder), space());
  CHECK(table.best("accuracy", Direction::Unspecified).row == 5);
  CHECK(table.best("accuracy", Direction::Maximize).value == 55.0);
  CHECK(table.best("accuracy", Direction::Minimize).row == 0);
  CHECK(table.best("latency_ms", Direction::Unspecified).value == 4.0);
  CHECK(table.best("neutral", Direction::Maximize).row == 0);
  CHECK(
      contains(message_of<EvaluationError>([&] { table.best("neutral", Direction::Unspecified); }),
               "does not say whether neutral is to be maximized or minimized"));
  CHECK(contains(message_of<EvaluationError>([&] { table.best("nothing", Direction::Maximize); }),
                 "has no value of nothing in any row"));
}

TEST_CASE("an unknown metric is refused with the nearest") {
  const TemporaryFolder folder;
  const BenchmarkTable table = BenchmarkTable::open(small_table(folder), space());
  CHECK(contains(message_of<EvaluationError>([&] { table.metric("acuracy"); }),
                 "has no metric 'acuracy'; did you mean accuracy?"));
  CHECK(contains(message_of<EvaluationError>([&] { table.values("zzz"); }),
                 "it has accuracy, latency_ms, neutral, nothing"));
}

TEST_CASE("the evaluator passes the contract and gives the values of the table") {
  const TemporaryFolder folder;
  const auto table =
      std::make_shared<const BenchmarkTable>(BenchmarkTable::open(small_table(folder), space()));
  TableEvaluator evaluator(table, {{"acc", "accuracy"}, {"ms", "latency_ms"}});
  REQUIRE(evaluator.metrics().size() == 2);
  CHECK(evaluator.metrics()[0].name == "acc");
  CHECK(evaluator.metrics()[0].unit == "%");
  CHECK(evaluator.metrics()[0].cost == CostClass::Simulated);

  std::vector<Candidate> block;
  for (std::uint64_t index = 100; index < 106; ++index) block.push_back(candidate(index));
  block.push_back(candidate(15624));
  check_evaluator(evaluator, block);
  const auto outcomes = outcomes_of(evaluator, block);
  REQUIRE(outcomes[2]->ok());
  CHECK(outcomes[2]->metrics.at("acc").value == 52.0);
  CHECK(outcomes[2]->metrics.at("ms").value == 7.0);
  CHECK(contains(outcomes[3]->failure, "has no value of acc in row 3"));
  CHECK(outcomes[3]->metrics.empty());
  CHECK(contains(outcomes[6]->failure, "has no row for the genotype ["));

  CHECK_THROWS_AS(TableEvaluator(table, {{"acc", "absent"}}), EvaluationError);
}

TEST_CASE("the evaluator tells the seconds that a table has") {
  const TemporaryFolder folder;
  const auto table =
      std::make_shared<const BenchmarkTable>(BenchmarkTable::open(small_table(folder), space()));
  const std::map<std::string, std::string> names{{"acc", "accuracy"}, {"took", "latency_ms"}};
  std::vector<Candidate> block;
  for (std::uint64_t index = 100; index < 106; ++index) block.push_back(candidate(index));
  block.push_back(candidate(15624));
  TableEvaluator timed(table, names, {}, "took");
  const auto outcomes = outcomes_of(timed, block);
  CHECK(outcomes[2]->seconds == 7.0);
  CHECK(outcomes[2]->metrics.at("took").value == 7.0);
  // A failed evaluation has taken its time too.
  REQUIRE_FALSE(outcomes[3]->ok());
  CHECK(outcomes[3]->seconds == table->values("latency_ms")[3]);
  CHECK(outcomes[6]->seconds == 0.0);
  TableEvaluator other(table, names, {}, "elsewhere");
  CHECK(outcomes_of(other, block)[2]->seconds == 0.0);
}

TEST_CASE("a table gives its quantities, fidelities and seeds") {
  const TemporaryFolder folder;
  const std::vector<ImportedMetric> metrics{
      ImportedMetric::parse("val@200=a"),     ImportedMetric::parse("val@12#777=a"),
      ImportedMetric::parse("val@200#888=a"), ImportedMetric::parse("val@200#0=a"),
      ImportedMetric::parse("params=a"),      ImportedMetric::parse("flops#5=a")};
  const std::filesystem::path csv =
      folder.write("t.csv", "arch,a\n" + space().format(space().at(0)) + ",1\n");
  import_table(space(), csv, "arch", metrics, folder.path() / "t");
  const BenchmarkTable table = BenchmarkTable::open(folder.path() / "t", space());
  CHECK(table.quantities() == std::vector<std::string>{"val", "params", "flops"});
  CHECK(table.fidelities("val") == std::vector<std::int64_t>{12, 200});
  CHECK(table.fidelities("params").empty());
  CHECK(table.seeds("val", 200) == std::vector<std::uint64_t>{0, 888});
  CHECK(table.seeds("val", 12) == std::vector<std::uint64_t>{777});
  CHECK(table.seeds("val", std::nullopt).empty());
  CHECK(table.seeds("flops", std::nullopt) == std::vector<std::uint64_t>{5});
  CHECK(table.values("val@200#888")[0] == 1.0);
}

TEST_CASE("a table tells where it is from") {
  const TemporaryFolder folder;
  const std::filesystem::path csv =
      folder.write("t.csv", "arch,a\n" + space().format(space().at(3)) + ",1\n");
  const std::filesystem::path out = folder.path() / "t";
  const ImportOptions options{.about = {.space_options = {"channels=8", "cells_per_stage=1"},
                                        .source = "measured by hand",
                                        .licence = "MIT",
                                        .command = "evonas table import"}};
  import_table(space(), csv, "arch", std::vector{ImportedMetric::parse("a=a")}, out, options);
  const TableAbout about = read_table_about(out);
  CHECK(about.space == "nasbench201");
  CHECK(about.space_options == std::vector<std::string>{"channels=8", "cells_per_stage=1"});
  CHECK(about.rows == 1);
  CHECK(about.source_file == "t.csv");
  CHECK(about.source_checksum == Key::of(read_text(csv)).hex());
  CHECK(about.source == "measured by hand");
  CHECK(about.licence == "MIT");
  CHECK(about.command == "evonas table import");
}

TEST_CASE("plain SQL reads architectures, keys and values") {
  const TemporaryFolder folder;
  const std::filesystem::path file = small_table(folder);
  run_sql(file, R"(
    CREATE TEMP TABLE wrong AS SELECT 1 FROM benchmark
      WHERE (row = 3) <> (accuracy IS NULL) OR latency_ms <> 9 - row OR "nothing" IS NOT NULL;
    CREATE TEMP TABLE checks (ok INTEGER CHECK (ok));
    INSERT INTO checks SELECT count(*) = 0 FROM wrong;
    INSERT INTO checks SELECT count(*) = 6 AND max(accuracy) = 55 FROM benchmark;
    INSERT INTO checks SELECT typeof(architecture) = 'text' AND architecture LIKE '|%|' AND key = ')" +
                    space().key(space().at(104)).hex() + R"(' FROM benchmark WHERE row = 4;
  )");
}

TEST_CASE("altered tables are refused, and forged ones with one sentence") {
  struct Case {
    std::string sql;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"DROP TABLE about", "expected a file that `evonas table import` wrote"},
      {"DROP VIEW benchmark; DROP TABLE metric", "it lacks `CREATE TABLE metric ...`"},
      {"DROP VIEW benchmark; DROP TABLE row", "it lacks `CREATE TABLE row ...`"},
      {"DROP TABLE identity", "it lacks `CREATE TABLE identity ...`"},
      {"DROP VIEW benchmark; DROP TABLE part", "it lacks `CREATE TABLE part ...`"},
      {"UPDATE about SET value = '1' WHERE name = 'format'",
       "its format is '1', but this version of evonas reads format 2; import it again"},
      {"DELETE FROM about WHERE name = 'format'", "its table about has no text for format"},
      {"UPDATE about SET value = x'00' WHERE name = 'space'", "has no text for space"},
      {"UPDATE about SET value = 'darts' WHERE name = 'space'",
       "is for the space 'darts', not for nasbench201"},
      {"UPDATE about SET value = '7' WHERE name = 'rows'", "it has 96 bytes of keys, expected 112"},
      {"UPDATE about SET value = '0' WHERE name = 'rows'", "its number of rows is '0'"},
      {"UPDATE about SET value = '99999999999999999999' WHERE name = 'rows'",
       "its number of rows is '99999999999999999999'"},
      {"UPDATE about SET value = '6 rows' WHERE name = 'rows'", "its number of rows is '6 rows'"},
      {"DELETE FROM metric", "0 metrics, expected from 1 to 1000"},
      {"UPDATE metric SET name = 'a\" b' WHERE position = 1", "cannot name a metric"},
      {"UPDATE metric SET name = 'row' WHERE position = 1", "'row' cannot name a metric"},
      {"UPDATE metric SET name = 'neutral' WHERE position = 1", "neutral is there twice"},
      {"UPDATE metric SET direction = 'sideways' WHERE position = 1",
       "the direction of a metric is 'sideways'"},
      {"UPDATE row SET architecture = 'ResNet' WHERE row = 2",
       "row 2: 'ResNet' is not a nasbench201 architecture"},
      {"UPDATE row SET architecture = (SELECT architecture FROM row WHERE row = 0) WHERE row = 4",
       "row 4 has the genotype [0,0,0,4,0,4], but '|none~0|"},
      {"DELETE FROM row WHERE row = 2", "row 2 is missing"},
      {"UPDATE part SET data = zeroblob(96) WHERE id = 0",
       "row 0 has the key 00000000000000000000000000000000, but the key of"},
      {"UPDATE identity SET data = zeroblob(36) WHERE name = 'genes'",
       "row 1 has the genotype [0,0,0,0,0,0] of an earlier row"},
      {"UPDATE identity SET width = 3 WHERE name = 'genes'", "the width of its genes is 3"},
      {"UPDATE identity SET width = -1 WHERE name = 'genes'", "the width of its genes is -1"},
      {"UPDATE identity SET width = 2 WHERE name = 'genes'", "it has 36 bytes of genes"},
      {"UPDATE identity SET data = x'ffffffff00000000000000000000000000000000ffffffff' WHERE name "
       "= "
       "'gene_ends'",
       "the genes of row 1 end before they begin"},
      {"UPDATE identity SET data = x'ffffffffffffffffffffffffffffffffffffffffffffffff' WHERE name "
       "= 'gene_ends'",
       "it has 36 bytes of genes, expected 4294967295"},
      {"DELETE FROM identity WHERE name = 'genes'", "its table identity has no genes"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.sql);
    const TemporaryFolder folder;
    const std::filesystem::path file = small_table(folder);
    REQUIRE(open_error(file).empty());
    run_sql(file, one.sql);
    CHECK(contains(open_error(file), one.sql.find("about") == std::string::npos
                                         ? "its bytes are not those that were imported"
                                         : "t.sqlite"));
    seal_table_file(file);
    const std::string message = open_error(file);
    CAPTURE(message);
    CHECK(contains(message, one.expected));
    CHECK(contains(message, "t.sqlite"));
  }
}

TEST_CASE("forged values are refused when they are read") {
  for (const std::string change :
       {"metric SET width = 0", "metric SET width = -1", "metric SET width = 25",
        "metric SET width = 9223372036854775807", "metric SET position = 0 - position",
        "metric SET position = position + (1 << 40)", "part SET data = 'x'",
        "part SET data = zeroblob(12)", "part SET data = x'696e66202020202020202020'",
        "part SET data = CAST('1 2x1 1 1 1 ' AS BLOB)", "part SET data = ''",
        "part SET data = zeroblob(100000000)", "part SET id = id + 1"}) {
    CAPTURE(change);
    const TemporaryFolder folder;
    const std::filesystem::path file = small_table(folder);
    const bool in_metric = change.starts_with("metric");
    run_sql(file,
            "UPDATE " + change + (in_metric ? " WHERE name = 'accuracy'" : " WHERE id = 1 << 32"));
    seal_table_file(file);
    const BenchmarkTable table = BenchmarkTable::open(file, space());
    CHECK(contains(message_of<EvaluationError>([&] { table.values("accuracy"); }),
                   "the values of accuracy are not 6 finite numbers or blanks"));
    CHECK(table.values("latency_ms")[0] == 9.0);
  }
}

TEST_CASE("a sealed file whose columns are computed is refused") {
  for (const char* change :
       {"ALTER TABLE part RENAME TO kept; CREATE VIEW part AS WITH RECURSIVE n(i) AS (SELECT 0 "
        "UNION "
        "ALL SELECT i + 1 FROM n) SELECT i AS id, zeroblob(100000000) AS data FROM n",
        "DROP TABLE about; CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT AS "
        "(zeroblob(1000000000)))",
        "ALTER TABLE row ADD COLUMN more TEXT AS (hex(row))"}) {
    CAPTURE(change);
    const TemporaryFolder folder;
    const std::filesystem::path file = small_table(folder);
    run_sql(file, change);
    seal_table_file(file);
    CHECK(contains(open_error(file), "t.sqlite cannot be used"));
  }
}

TEST_CASE("files that are no tables are refused") {
  const TemporaryFolder folder;
  const std::string bytes = read_text(small_table(folder));
  const std::string expected = "expected a file that `evonas table import` wrote";
  CHECK(contains(open_error(folder.path() / "absent"), "there is no table file"));
  CHECK(contains(open_error(folder.path()), "there is no table file"));
  CHECK(contains(open_error(folder.write("empty", "")), expected));
  CHECK(contains(open_error(folder.write("text", "arch,acc\nx,1\n")), "undamaged?"));
  const std::string altered = "its bytes are not those that were imported";
  CHECK(contains(open_error(folder.write("half", bytes.substr(0, bytes.size() / 2))), altered));
  CHECK(contains(open_error(folder.write("head", bytes.substr(0, 100))), altered));
  CHECK(contains(open_error(folder.write("longer", bytes + '\0')), altered));
  CHECK_FALSE(open_error(folder.write("stub", bytes.substr(0, 99))).empty());
  std::string other = bytes;
  other[68] = 'x';  // no longer called a table of evonas
  CHECK(contains(open_error(folder.write("other", other)), expected));
}

TEST_CASE("a table of the first format is told to be imported again") {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "old.sqlite";
  run_sql(file,
          "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);"
          "INSERT INTO about VALUES ('format', '1'), ('space', 'nasbench201'), ('rows', '1')");
  CHECK(contains(open_error(file),
                 "its format is '1', but this version of evonas reads format 2; import it again "
                 "with `evonas table import`"));
}

TEST_CASE("every flipped byte is refused") {
  const TemporaryFolder folder;
  const std::string bytes = read_text(small_table(folder));
  for (std::size_t at = 0; at < bytes.size(); at += at < 200 ? 1 : 37) {
    CAPTURE(at);
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x55);
    CHECK_FALSE(open_error(folder.write("altered", altered)).empty());
  }
}

TEST_CASE("columns may be read from many threads") {
  const TemporaryFolder folder;
  const BenchmarkTable table = BenchmarkTable::open(small_table(folder), space());
  std::vector<double> sums(64);
  evonas::parallel_for(sums.size(), [&](std::size_t i) {
    for (const double value : table.values(i % 2 == 0 ? "latency_ms" : "neutral")) sums[i] += value;
  });
  for (std::size_t i = 0; i < sums.size(); ++i) CHECK(sums[i] == (i % 2 == 0 ? 39.0 : 6.0));
}
