#include <cmath>
#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

#include "contains.hpp"
#include "evaluation/table/crc32c.hpp"
#include "evaluation/table/import_table.hpp"
#include "evaluation/table/tfrecord.hpp"
#include "message_of.hpp"
#include "spaces/nasbench101.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

namespace {

const spaces::AnySpace& nasbench101_space() {
  static const spaces::AnySpace space{spaces::NasBench101()};
  return space;
}

/// A file that a writer of its own wrote, in Python.
std::filesystem::path official_file(const TemporaryFolder& folder, const std::string& fault = "") {
  const std::filesystem::path file = folder.path() / "nasbench.tfrecord";
  const std::string command =
      std::string("python3 " EVONAS_SOURCE_DIR "/tests/evaluation/write_nasbench101.py ") +
      file.string() + " " + fault;
  REQUIRE(std::system(command.c_str()) == 0);
  return file;
}

std::string import_error(const TemporaryFolder& folder, const std::filesystem::path& file) {
  const std::filesystem::path out = folder.path() / "t.sqlite";
  const std::string message =
      message_of<EvaluationError>([&] { import_nasbench101(nasbench101_space(), file, {}, out); });
  CHECK_FALSE(std::filesystem::exists(out));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "t.sqlite.partial"));
  return message;
}

double accuracy(int cell, int epochs, int repeat, int part) {
  return static_cast<float>((1000.0 * cell + epochs + 10 * repeat + part) / 9984);
}

}  // namespace

TEST_CASE("CRC-32C of published examples") {
  CHECK(crc32c("") == 0U);
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
}

TEST_CASE("the official file of NAS-Bench-101 is imported with all trainings") {
  const TemporaryFolder folder;
  const std::filesystem::path out = folder.path() / "t.sqlite";
  const ImportSummary summary =
      import_nasbench101(nasbench101_space(), official_file(folder), {}, out);
  CHECK(summary.rows == 2);
  CHECK(summary.missing_values == 3 * 8);
  const BenchmarkTable table = BenchmarkTable::open(out, nasbench101_space());
  CHECK(table.metrics().size() == 1 + 8 * 2 * 3);
  CHECK(nasbench101_space().format(table.genotype(0)) == "101 c3");
  CHECK(nasbench101_space().format(table.genotype(1)) == "1");
  CHECK(table.values("trainable_parameters")[1] == 8555531.0);
  CHECK(table.quantities().size() == 9);
  CHECK(table.fidelities("test_accuracy") == std::vector<std::int64_t>{4, 108});
  CHECK(table.seeds("halfway_training_time", 108) == std::vector<std::uint64_t>{1, 2, 3});
  CHECK(table.metric("test_accuracy@4#1").unit == "fraction");
  CHECK(table.metric("test_accuracy@4#1").direction == Direction::Maximize);
  for (int repeat = 1; repeat <= 3; ++repeat) {
    const auto value = [&](const std::string& quantity, int epochs, std::size_t row) {
      return table.values(quantity + "@" + std::to_string(epochs) + "#" +
                          std::to_string(repeat))[row];
    };
    CHECK(value("train_accuracy", 108, 1) == accuracy(1, 108, repeat, 2));
    CHECK(value("validation_accuracy", 108, 0) == accuracy(0, 108, repeat, 2) / 2);
    CHECK(value("test_accuracy", 4, 0) == accuracy(0, 4, repeat, 2) / 4);
    CHECK(value("halfway_test_accuracy", 108, 1) == accuracy(1, 108, repeat, 1) / 4);
    CHECK(value("training_time", 108, 1) == static_cast<float>(1.1 * 108 * 2 + 1));
    CHECK(std::isnan(value("test_accuracy", 4, 1)));
  }
}

TEST_CASE("metrics of the official file may be chosen, renamed and averaged") {
  const TemporaryFolder folder;
  const std::filesystem::path out = folder.path() / "t.sqlite";
  const std::filesystem::path file = official_file(folder);
  const std::vector<ImportedMetric> metrics{
      ImportedMetric::parse("val@108=validation_accuracy@108#1,validation_accuracy@108#2,"
                            "validation_accuracy@108#3:fraction:maximize"),
      ImportedMetric::parse("quick=test_accuracy@4#1")};
  const ImportSummary summary =
      import_nasbench101(nasbench101_space(), file, metrics, out, {.required = {"quick"}});
  CHECK(summary.rows == 1);
  CHECK(summary.left_out == 1);
  const BenchmarkTable table = BenchmarkTable::open(out, nasbench101_space());
  CHECK(table.values("val@108")[0] ==
        doctest::Approx((accuracy(0, 108, 1, 2) + accuracy(0, 108, 2, 2) + accuracy(0, 108, 3, 2)) /
                        6));
  const std::vector<ImportedMetric> misspelt{ImportedMetric::parse("a=validation_acuracy@108#1")};
  CHECK(contains(message_of<EvaluationError>(
                     [&] { import_nasbench101(nasbench101_space(), file, misspelt, out); }),
                 "did you mean 'validation_accuracy@108#1'?"));
}

TEST_CASE("a record that is wrong is named by number and byte") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"no_json",
       "it is no JSON array [module hash, epochs, adjacency, operations, metrics]: '[[[["},
      {"object", "it is no JSON array"},
      {"operation", "it has the operation 'conv5x5'"},
      {"matrix", "its adjacency matrix is '10001000', expected 9 times 0 or 1"},
      {"backwards", "has an edge backwards"},
      {"two_parts", "its metrics have 2 evaluations, expected 3"},
      {"other_parameters", "has 5 trainable parameters, but 8555530 in record 1 at byte 0"},
      {"cut_message", "its metrics are no protobuf message"},
      {"noise", "its metrics are no protobuf message"},
      {"other_cell", "its cell '101 mp' is another one than '101 c3' of record 1 at byte 0"},
      {"not_finite", "have one that is no finite number"},
      {"base64", "its metrics are not in base64"},
      {"epochs", "it has -1 epochs"},
  };
  for (const auto& [fault, expected] : cases) {
    CAPTURE(fault);
    const TemporaryFolder folder;
    const std::string message = import_error(folder, official_file(folder, fault));
    CAPTURE(message);
    CHECK(contains(message, "nasbench.tfrecord, record 4 at byte "));
    CHECK(contains(message, expected));
  }
  const TemporaryFolder folder;
  const std::string message = import_error(folder, official_file(folder, "same_cell"));
  CHECK(contains(message, "record 4 at byte "));
  CHECK(contains(message, "the architecture '101 c3' is on record 1 at byte 0 too"));
}

TEST_CASE("any flipped byte and any cut of the official file is noticed") {
  const TemporaryFolder folder;
  const std::string bytes = read_text(official_file(folder));
  for (std::size_t at = 0; at < bytes.size(); at += 11) {
    CAPTURE(at);
    std::string altered = bytes;
    altered[at] = static_cast<char>(altered[at] ^ 0x40);
    CHECK(contains(import_error(folder, folder.write("altered", altered)), "check sum"));
  }
  std::set<std::size_t> ends_of_records;
  TfRecordFile records(folder.path() / "nasbench.tfrecord");
  for (std::string record; records.read(record);) ends_of_records.insert(records.offset());
  CHECK(ends_of_records.size() == 9);
  for (std::size_t size = 1; size < bytes.size(); size += 7) {
    CAPTURE(size);
    if (ends_of_records.contains(size)) continue;
    const std::string message = import_error(folder, folder.write("cut", bytes.substr(0, size)));
    CHECK(contains(message, "is cut off: the file ends within it"));
  }
  CHECK(contains(import_error(folder, folder.write("empty", "")), "has no records"));
  CHECK(contains(import_error(folder, folder.path()), "is a folder"));
  CHECK(contains(import_error(folder, folder.path() / "absent"), "cannot open the TFRecord file"));
  CHECK(contains(message_of<EvaluationError>([&] {
                   import_nasbench101(spaces::AnySpace{spaces::NasBench201()},
                                      official_file(folder), {}, folder.path() / "t");
                 }),
                 "a table of the space nasbench101, not of nasbench201"));
}
