#include "evaluation/table/import_table.hpp"

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "contains.hpp"
#include "evaluation/table/metric_name.hpp"
#include "message_of.hpp"
#include "spaces/nasbench101.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

namespace {

const spaces::AnySpace& nasbench201_space() {
  static const spaces::AnySpace space{spaces::NasBench201()};
  return space;
}

std::string arch(std::uint64_t index) {
  return nasbench201_space().format(nasbench201_space().at(index));
}

std::vector<ImportedMetric> metrics(std::initializer_list<const char*> texts) {
  std::vector<ImportedMetric> result;
  for (const char* const text : texts) result.push_back(ImportedMetric::parse(text));
  return result;
}

std::string import_error(const std::string& csv, const std::string& architecture = "arch",
                         const std::vector<ImportedMetric>& wanted = metrics({"accuracy=acc"})) {
  const TemporaryFolder folder;
  const std::filesystem::path file = folder.write("t.csv", csv);
  const std::filesystem::path out = folder.path() / "t.sqlite";
  const std::string message = message_of<EvaluationError>(
      [&] { import_table(nasbench201_space(), file, architecture, wanted, out); });
  CHECK_FALSE(std::filesystem::exists(out));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "t.sqlite.partial"));
  return message;
}

}  // namespace

TEST_CASE("an imported table gives back what the CSV file says") {
  const TemporaryFolder folder;
  const std::filesystem::path csv = folder.write(
      "t.csv", "acc,junk,arch,lat\n91.5,x," + arch(7) + ",1e-3\n,y," + arch(8) + ",+2\n-3,z," +
                   arch(9) + ",nan\n0.1,z," + arch(10) + ",12345678901234567890\n");
  const std::filesystem::path out = folder.path() / "t.sqlite";
  const ImportSummary summary =
      import_table(nasbench201_space(), csv, "arch",
                   metrics({"accuracy=acc:%:maximize", "latency_ms=lat:ms"}), out);
  CHECK(summary.rows == 4);
  CHECK(summary.missing_values == 2);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "t.sqlite.partial"));

  const BenchmarkTable table = BenchmarkTable::open(out, nasbench201_space());
  CHECK(table.file() == out);
  CHECK(table.size() == 4);
  REQUIRE(table.metrics().size() == 2);
  CHECK(table.metrics()[0].name == "accuracy");
  CHECK(table.metrics()[0].unit == "%");
  CHECK(table.metrics()[0].direction == Direction::Maximize);
  CHECK(table.metrics()[1].name == "latency_ms");
  CHECK(table.metrics()[1].unit == "ms");
  CHECK(table.metrics()[1].direction == Direction::Unspecified);
  const std::span<const double> accuracy = table.values("accuracy");
  CHECK(accuracy[0] == 91.5);
  CHECK(std::isnan(accuracy[1]));
  CHECK(accuracy[2] == -3.0);
  CHECK(accuracy[3] == 0.1);
  const std::span<const double> latency = table.values("latency_ms");
  CHECK(latency[0] == 1e-3);
  CHECK(latency[1] == 2.0);
  CHECK(std::isnan(latency[2]));
  CHECK(latency[3] == 12345678901234567890.0);
  for (std::size_t row = 0; row < 4; ++row) {
    CHECK(table.genotype(row) == nasbench201_space().at(7 + row));
    CHECK(table.find(nasbench201_space().at(7 + row), Key{}) == row);
  }
}

TEST_CASE("names of metrics carry fidelity and seed") {
  const MetricName full = MetricName::parse("cifar10_val@200#777").value();
  CHECK(full.quantity == "cifar10_val");
  CHECK(full.epochs == 200);
  CHECK(full.seed == 777);
  CHECK(full.to_string() == "cifar10_val@200#777");
  CHECK_FALSE(MetricName::parse("params")->epochs.has_value());
  CHECK_FALSE(MetricName::parse("val@12")->seed.has_value());
  CHECK(MetricName::parse("val#0")->seed == 0);
  CHECK(MetricName::parse("val#9223372036854775807").has_value());
  for (const std::string text : {"",
                                 "@1",
                                 "#1",
                                 "1a",
                                 "val@",
                                 "val#",
                                 "val@0",
                                 "val@-1",
                                 "val@012",
                                 "val@1.5",
                                 "val#+1",
                                 "val#007",
                                 "val#1@2",
                                 "val@1@2",
                                 "val#1#2",
                                 "val@1000000001",
                                 "val#9223372036854775808",
                                 "val@99999999999999999999",
                                 "val @1",
                                 "val@1 ",
                                 "a-b",
                                 "val@x"}) {
    CAPTURE(text);
    CHECK_FALSE(MetricName::parse(text).has_value());
  }
}

TEST_CASE("a metric may be the mean of several columns") {
  const TemporaryFolder folder;
  const std::filesystem::path csv =
      folder.write("t.csv", "arch,r1,r2,r3\n" + arch(1) + ",0.1,0.2,0.6\n" + arch(2) + ",1,,2\n");
  const std::filesystem::path out = folder.path() / "t";
  const auto wanted = metrics({"val@108=r1,r2,r3:fraction:maximize", "val@108#1=r1"});
  CHECK(import_table(nasbench201_space(), csv, "arch", wanted, out).missing_values == 1);
  const BenchmarkTable table = BenchmarkTable::open(out, nasbench201_space());
  CHECK(table.values("val@108")[0] == (0.1 + 0.2 + 0.6) / 3.0);
  CHECK(std::isnan(table.values("val@108")[1]));
  CHECK(table.values("val@108#1")[1] == 1.0);
  CHECK(contains(import_error("arch,r1,r2\n" + arch(1) + ",1,x\n", "arch", metrics({"v=r1,r2"})),
                 "line 2: column 'r2': 'x' is not a finite number"));
  CHECK(
      contains(import_error("arch,a,b\n" + arch(1) + ",1e308,1e308\n", "arch", metrics({"v=a,b"})),
               "line 2: the mean of v is too large a number"));
  CHECK(contains(import_error("arch,r1\n" + arch(1) + ",1\n", "arch", metrics({"v=r1,r2"})),
                 "there is no column 'r2'"));
}

TEST_CASE("rows without a required metric are left out") {
  const TemporaryFolder folder;
  const std::filesystem::path csv = folder.write(
      "t.csv", "arch,a,b\n" + arch(1) + ",1,\n" + arch(2) + ",,2\n" + arch(3) + ",3,3\n");
  const std::filesystem::path out = folder.path() / "t";
  const ImportSummary summary = import_table(nasbench201_space(), csv, "arch",
                                             metrics({"a=a", "b=b"}), out, {.required = {"a"}});
  CHECK(summary.rows == 2);
  CHECK(summary.left_out == 1);
  const BenchmarkTable table = BenchmarkTable::open(out, nasbench201_space());
  CHECK(table.genotype(1) == nasbench201_space().at(3));
  CHECK(table.values("b")[1] == 3.0);
  const auto error = [&](const std::string& required) {
    return message_of<EvaluationError>([&] {
      import_table(nasbench201_space(), csv, "arch", metrics({"alpha=a", "b=b"}), out,
                   {.required = {required}});
    });
  };
  CHECK(contains(error("alpah"), "the required metric 'alpah' is none of those imported; did you"));
  CHECK(contains(error("z"), "the required metric 'z' is none of those imported"));
}

TEST_CASE("an architecture may stand in several columns") {
  const TemporaryFolder folder;
  const spaces::AnySpace cells{spaces::NasBench101()};
  const std::filesystem::path csv = folder.write("t.csv", "ops,a,adjacency\nc3,1,101\n,2,1\n");
  const std::filesystem::path out = folder.path() / "t";
  CHECK(import_table(cells, csv, "adjacency+ops", metrics({"a=a"}), out).rows == 2);
  const BenchmarkTable table = BenchmarkTable::open(out, cells);
  CHECK(cells.format(table.genotype(0)) == "101 c3");
  CHECK(cells.format(table.genotype(1)) == "1");
  CHECK(contains(message_of<EvaluationError>(
                     [&] { import_table(cells, csv, "adjacency+opps", metrics({"a=a"}), out); }),
                 "there is no column 'opps'; did you mean 'ops'?"));
  // A column that is really called so.
  const std::filesystem::path plus = folder.write("p.csv", "x+y,a\n101 mp,1\n");
  CHECK(import_table(cells, plus, "x+y", metrics({"a=a"}), out).rows == 1);
}

TEST_CASE("the same import gives the same bytes") {
  const TemporaryFolder folder;
  const std::filesystem::path csv = folder.write("t.csv", "arch,acc\n" + arch(1) + ",1\n");
  const auto wanted = metrics({"accuracy=acc"});
  import_table(nasbench201_space(), csv, "arch", wanted, folder.path() / "a");
  import_table(nasbench201_space(), csv, "arch", wanted, folder.path() / "b");
  CHECK(read_text(folder.path() / "a") == read_text(folder.path() / "b"));
}

TEST_CASE("a metric to import is read from its text") {
  const ImportedMetric full = ImportedMetric::parse("a_1=my column=x:GB/s:minimize");
  CHECK(full.metric.name == "a_1");
  CHECK(full.columns == std::vector<std::string>{"my column=x"});
  CHECK(full.metric.unit == "GB/s");
  CHECK(full.metric.direction == Direction::Minimize);
  CHECK(ImportedMetric::parse("a=b").metric.unit.empty());
  CHECK(ImportedMetric::parse("a=b:").metric.unit.empty());
  CHECK(ImportedMetric::parse("a=b::maximize").metric.direction == Direction::Maximize);
  for (const std::string text : {"",
                                 "a",
                                 "=b",
                                 "a=",
                                 "a=:ms",
                                 "a=b:ms:",
                                 "a=b:ms:up",
                                 "a=b:ms:Maximize",
                                 "a=b:ms:maximize:",
                                 "a=b:ms:maximize:x",
                                 "a=b,",
                                 "a=,b",
                                 "a=b,,c",
                                 "architecture=b",
                                 "a@0=b",
                                 "1a=b",
                                 "a b=b",
                                 "a-b=b",
                                 "row=b",
                                 "ROW=b",
                                 "\xc3\xa9=b",
                                 "a\"=b",
                                 "a;drop table value=b"}) {
    CAPTURE(text);
    const std::string message = message_of<EvaluationError>([&] { ImportedMetric::parse(text); });
    if (text == "a=b:ms:") {
      CHECK(message.empty());  // an empty direction says nothing
    } else {
      CHECK(contains(message, "the metric '"));
    }
  }
}

TEST_CASE("malformed tables are refused, and the message names file, line and column") {
  const std::string a = arch(1);
  const std::string b = arch(2);
  struct Case {
    std::string what;
    std::string csv;
    std::string expected;
  };
  const std::vector<Case> cases{
      {"text for a number", "arch,acc\n" + a + ",high\n",
       "t.csv, line 2: column 'acc': 'high' is not a finite number; leave the field empty"},
      {"infinity", "arch,acc\n" + a + ",inf\n", "line 2: column 'acc': 'inf' is not a finite"},
      {"minus infinity", "arch,acc\n" + a + ",-Infinity\n", "'-Infinity' is not a finite number"},
      {"beyond double", "arch,acc\n" + a + ",1e999\n", "'1e999' is not a finite number"},
      {"decimal comma", "arch,acc\n" + a + ",\"1,5\"\n", "'1,5' is not a finite number"},
      {"hexadecimal", "arch,acc\n" + a + ",0x10\n", "'0x10' is not a finite number"},
      {"unit in the field", "arch,acc\n" + a + ",5ms\n", "'5ms' is not a finite number"},
      {"two signs", "arch,acc\n" + a + ",+-5\n", "'+-5' is not a finite number"},
      {"binary number", "arch,acc\n" + a + ",\x01\xff\n", "'\\x01\\xff' is not a finite number"},
      {"huge text for a number", "arch,acc\n" + a + "," + std::string(60'000, '9') + "\n",
       "...' is not a finite number"},
      {"no architecture", "arch,acc\n" + a + ",1\nResNet,1\n",
       "t.csv, line 3: column 'arch': 'ResNet' is not a nasbench201 architecture"},
      {"empty architecture", "arch,acc\n,1\n", "line 2: column 'arch': '' is not a nasbench201"},
      {"duplicate", "arch,acc\n" + a + ",1\n" + b + ",1\n\n" + a + ",2\n",
       "t.csv, line 5: the architecture '" + a + "' is on line 2 too; keep one of them"},
      {"misspelt column", "arch,acd\n" + a + ",1\n",
       "t.csv, line 1: there is no column 'acc'; did you mean 'acd'?"},
      {"missing architecture column", "index,acc\n1,1\n", "there is no column 'arch'"},
      {"column twice", "acc,arch,acc\n1," + a + ",2\n",
       "t.csv, line 1: the columns 1 and 3 are both called 'acc'; rename one of them"},
      {"architecture column twice", "arch,arch,acc\n" + a + "," + a + ",2\n",
       "the columns 1 and 2 are both called 'arch'"},
      {"other columns in another case", "Arch,acc\n" + a + ",1\n", "did you mean 'Arch'?"},
      {"no rows", "arch,acc\n", "t.csv has no rows below its line of column names"},
      {"empty file", "", "t.csv is empty"},
      {"short row", "arch,acc\n" + a + "\n", "line 2: has 1 fields, but the header has 2"},
      {"open quote", "arch,acc\n\"" + a + ",1\n", "line 2: a quote stands"},
      {"zero byte", std::string("arch,acc\n\0,1\n", 13), "line 2: holds a zero byte"},
      {"binary file", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16),
       "line 1: there is no column"},
      {"cut-off gzip", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b", 11), "cut off"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    const std::string message = import_error(one.csv);
    CAPTURE(message);
    CHECK(contains(message, one.expected));
    CHECK(contains(message, "t.csv"));
    CHECK(message.size() < 800);
  }
}

TEST_CASE("a column that resembles none is refused with the columns that there are") {
  const std::string message =
      import_error("arch,x\n" + arch(1) + ",1\n", "arch", metrics({"quality=quality"}));
  CHECK(contains(message,
                 "t.csv, line 1: there is no column 'quality'; it has 2 columns: 'arch', 'x'"));
}

TEST_CASE("columns that are not imported may be called alike") {
  const TemporaryFolder folder;
  const std::filesystem::path csv = folder.write("t.csv", "x,arch,x,acc\n1," + arch(3) + ",2,3\n");
  CHECK(import_table(nasbench201_space(), csv, "arch", metrics({"a=acc"}), folder.path() / "o")
            .rows == 1);
}

TEST_CASE("metrics that cannot stand in one table are refused") {
  const std::string csv = "arch,acc\n" + arch(1) + ",1\n";
  CHECK(contains(import_error(csv, "arch", {}), "0 metrics, expected from 1 to 1000"));
  CHECK(contains(import_error(csv, "arch", metrics({"a=acc", "A=acc"})),
                 "the metric A is there twice"));
  ImportedMetric reserved;
  reserved.metric.name = "row";
  reserved.columns = {"acc"};
  CHECK(contains(import_error(csv, "arch", {reserved}), "'row' cannot name a metric"));
}

TEST_CASE("a failed import leaves the table that was there; a good one replaces it") {
  const TemporaryFolder folder;
  const std::filesystem::path good = folder.write("good.csv", "arch,acc\n" + arch(1) + ",1\n");
  const std::filesystem::path other = folder.write("other.csv", "arch,acc\n" + arch(1) + ",2\n");
  const std::filesystem::path bad = folder.write("bad.csv", "arch,acc\n" + arch(1) + ",?\n");
  const std::filesystem::path out = folder.path() / "t.sqlite";
  const auto wanted = metrics({"accuracy=acc"});
  folder.write("t.sqlite.partial", "left by a crash");
  import_table(nasbench201_space(), good, "arch", wanted, out);
  const std::string before = read_text(out);
  CHECK_THROWS_AS(import_table(nasbench201_space(), bad, "arch", wanted, out), EvaluationError);
  CHECK(read_text(out) == before);
  import_table(nasbench201_space(), other, "arch", wanted, out);
  CHECK(BenchmarkTable::open(out, nasbench201_space()).values("accuracy")[0] == 2.0);
}

TEST_CASE("places that cannot be written are refused") {
  const TemporaryFolder folder;
  const std::filesystem::path csv = folder.write("t.csv", "arch,acc\n" + arch(1) + ",1\n");
  const auto error = [&](const std::filesystem::path& out) {
    return message_of<EvaluationError>(
        [&] { import_table(nasbench201_space(), csv, "arch", metrics({"accuracy=acc"}), out); });
  };
  CHECK(contains(error(folder.path()), "it is a folder; name a file"));
  CHECK(contains(error(csv), "the table would overwrite the file"));
  CHECK(contains(error(folder.path() / "." / "t.csv"), "the table would overwrite the file"));
  folder.write("file", "");
  CHECK(contains(error(folder.path() / "file" / "t.sqlite"), "its folder cannot be made"));
  import_table(nasbench201_space(), csv, "arch", metrics({"accuracy=acc"}),
               folder / "new/folder/t.sqlite");
  CHECK(std::filesystem::exists(folder / "new/folder/t.sqlite"));
  CHECK(read_text(csv) == "arch,acc\n" + arch(1) + ",1\n");
}
