#include "evaluation/table/benchmark_table.hpp"

#include <cmath>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "contract/evaluator_contract.hpp"
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

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
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
  CHECK(evaluator.metrics()[0].cost == CostClass::Cheap);

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

TEST_CASE("tables that were tampered with or damaged are refused with one sentence") {
  struct Case {
    std::string sql;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"DROP TABLE about", "it has no table about"},
      {"DROP TABLE metric", "it has no table metric"},
      {"DROP TABLE architecture", "it has no table architecture"},
      {"DROP TABLE value", "it has no table value"},
      {"DROP TABLE value; CREATE VIEW value AS SELECT * FROM architecture",
       "it has no table value"},
      {"UPDATE about SET value = '2' WHERE name = 'format'",
       "its format is '2', but this version of evonas reads format 1"},
      {"DELETE FROM about WHERE name = 'format'", "its table about has no text for format"},
      {"UPDATE about SET value = x'00' WHERE name = 'space'", "has no text for space"},
      {"UPDATE about SET value = 'darts' WHERE name = 'space'",
       "is for the space 'darts', not for nasbench201"},
      {"UPDATE about SET value = '7' WHERE name = 'rows'",
       "it has 6 rows, but says of itself that it has '7'"},
      {"DELETE FROM metric", "0 metrics, expected from 1 to 1000"},
      {"UPDATE metric SET name = 'gone' WHERE position = 0", "no such column: v.gone"},
      {"UPDATE metric SET name = 'a\" b' WHERE position = 0", "cannot name a metric"},
      {"UPDATE metric SET name = 'row' WHERE position = 0", "'row' cannot name a metric"},
      {"UPDATE metric SET direction = 'sideways' WHERE position = 1",
       "the direction of a metric is 'sideways'"},
      {"UPDATE architecture SET architecture = 'ResNet' WHERE row = 2",
       "row 2: 'ResNet' is not a nasbench201 architecture"},
      {"UPDATE architecture SET architecture = (SELECT architecture FROM architecture WHERE row = "
       "0), key = (SELECT key FROM architecture WHERE row = 0) WHERE row = 4",
       "row 4: the architecture '|none~0|"},
      {"UPDATE architecture SET key = 'NaN' WHERE row = 1", "row 1 has the key 'NaN', but the key"},
      {"UPDATE architecture SET key = x'0102' WHERE row = 1", "row 1 has the key '\\x01\\x02'"},
      {"DELETE FROM architecture WHERE row = 2", "row 2 is missing"},
      {"DELETE FROM value WHERE row = 5", "it has 5 rows, but says of itself that it has '6'"},
      {"DELETE FROM architecture", "it has 0 rows, but says of itself that it has '6'"},
      {"DELETE FROM architecture; UPDATE about SET value = '0' WHERE name = 'rows'",
       "it has no rows"},
      {"UPDATE value SET accuracy = 'high' WHERE row = 1",
       "row 1: the value of accuracy is 'high', expected a finite number or NULL"},
      {"UPDATE value SET accuracy = x'00' WHERE row = 1", "row 1: the value of accuracy"},
      {"UPDATE value SET latency_ms = 9e999 WHERE row = 1", "row 1: the value of latency_ms"},
      {"ALTER TABLE value RENAME COLUMN accuracy TO other", "no such column: v.accuracy"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.sql);
    const TemporaryFolder folder;
    const std::filesystem::path file = small_table(folder);
    REQUIRE(open_error(file).empty());
    run_sql(file, one.sql);
    const std::string message = open_error(file);
    CAPTURE(message);
    CHECK(contains(message, one.expected));
    CHECK(contains(message, "t.sqlite"));
  }
}

TEST_CASE("files that are no tables are refused") {
  const TemporaryFolder folder;
  const std::string bytes = read_text(small_table(folder));
  CHECK(contains(open_error(folder.path() / "absent"), "there is no table file"));
  CHECK(contains(open_error(folder.path()), "there is no table file"));
  CHECK(contains(open_error(folder.write("empty", "")), "it has no table about"));
  CHECK(contains(open_error(folder.write("text", "arch,acc\nx,1\n")), "cannot be read"));
  CHECK(
      contains(open_error(folder.write("half", bytes.substr(0, bytes.size() / 2))), "undamaged?"));
  CHECK(contains(open_error(folder.write("head", bytes.substr(0, 100))), "undamaged?"));
  std::string overwritten = bytes;
  for (std::size_t i = 4096; i < overwritten.size(); i += 7) overwritten[i] = '\xa5';
  CHECK_FALSE(open_error(folder.write("overwritten", overwritten)).empty());
}

TEST_CASE("any flipped byte either does no harm or is refused") {
  const TemporaryFolder folder;
  const std::string bytes = read_text(small_table(folder));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); at += 37) {
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x55);
    const std::filesystem::path file = folder.write("altered", altered);
    if (!open_error(file).empty()) ++refused;
  }
  CHECK(refused > 10);
}
