#include "evaluation/table/table_noise.hpp"

#include <cmath>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "evaluation/table/import_table.hpp"
#include "spaces/nasbench201.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using namespace evonas::tests;

namespace {

/// A table of 40 rows: seed 1 counts up; seed 2 too, but for its last four rows, which are upside
/// down; seed 3 counts down and lacks the first row.
BenchmarkTable seeds_table(const TemporaryFolder& folder, const std::string& direction) {
  const spaces::AnySpace space{spaces::NasBench201()};
  std::string csv = "arch,a,b,c\n";
  for (int row = 0; row < 40; ++row) {
    csv += fmt::format("{},{},{},{}\n", space.format(space.at(static_cast<std::uint64_t>(row))),
                       row, row < 36 ? row : 75 - row, row == 0 ? "" : std::to_string(-row));
  }
  const std::vector<ImportedMetric> metrics{ImportedMetric::parse("two@9#1=a::" + direction),
                                            ImportedMetric::parse("two@9#2=b::" + direction),
                                            ImportedMetric::parse("single#1=a"),
                                            ImportedMetric::parse("two@9=a"),
                                            ImportedMetric::parse("three#1=a"),
                                            ImportedMetric::parse("three#2=b"),
                                            ImportedMetric::parse("three#3=c")};
  import_table(space, folder.write("t.csv", csv), "arch", metrics, folder.path() / "t");
  return BenchmarkTable::open(folder.path() / "t", space);
}

}  // namespace

TEST_CASE("noise is how far seeds agree, over all rows and among the best") {
  const TemporaryFolder folder;
  const std::vector<SeedNoise> noise = seed_noise(seeds_table(folder, "maximize"));
  REQUIRE(noise.size() == 2);
  CHECK(noise[0].quantity == "two");
  CHECK(noise[0].epochs == 9);
  CHECK(noise[0].seeds == std::vector<std::uint64_t>{1, 2});
  CHECK(noise[0].rows == 40);
  CHECK(noise[0].tau == doctest::Approx(1.0 - 2.0 * 6 / 780));
  CHECK(noise[0].tau_best_tenth == -1.0);
  CHECK(noise[1].quantity == "three");
  CHECK_FALSE(noise[1].epochs.has_value());
  CHECK(noise[1].rows == 39);
  const double with_third = 1.0 - 2.0 * 6 / 741;
  CHECK(noise[1].tau == doctest::Approx((noise[0].tau - 1.0 - with_third) / 3.0));
  CHECK_FALSE(noise[1].tau_best_tenth.has_value());
}

TEST_CASE("seeds that no row has in common with others say nothing of noise") {
  const TemporaryFolder folder;
  const spaces::AnySpace space{spaces::NasBench201()};
  std::string csv = "arch,a,b,c\n";
  for (int row = 0; row < 10; ++row) {
    csv += fmt::format("{},{},{},{}\n", space.format(space.at(static_cast<std::uint64_t>(row))),
                       row, row == 9 ? "9" : "", row < 4 ? std::to_string(row) : "");
  }
  const std::vector<ImportedMetric> metrics{
      ImportedMetric::parse("acc#1=a"), ImportedMetric::parse("acc#2=b"),
      ImportedMetric::parse("acc#3=c"), ImportedMetric::parse("none#2=b"),
      ImportedMetric::parse("none#3=c")};
  import_table(space, folder.write("t.csv", csv), "arch", metrics, folder.path() / "t");
  const auto noise = seed_noise(BenchmarkTable::open(folder.path() / "t", space));
  REQUIRE(noise.size() == 1);
  CHECK(noise[0].seeds == std::vector<std::uint64_t>{1, 3});
  CHECK(noise[0].rows == 4);
  CHECK(noise[0].tau == 1.0);
}

TEST_CASE("the noise of a label is how far its seeds are apart, less where it is their mean") {
  const TemporaryFolder folder;
  const spaces::AnySpace space{spaces::NasBench201()};
  std::string csv = "arch,mean,a,b,c\n";
  const std::vector<std::string> rows = {"2,1,2,3", "90,80,100,", "5,5,,", "7,7,7,7"};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    csv += fmt::format("{},{}\n", space.format(space.at(row)), rows[row]);
  }
  const std::vector<ImportedMetric> metrics{
      ImportedMetric::parse("acc=mean"), ImportedMetric::parse("acc#1=a"),
      ImportedMetric::parse("acc#2=b"),  ImportedMetric::parse("acc#3=c"),
      ImportedMetric::parse("loss=a"),   ImportedMetric::parse("loss#1=a")};
  import_table(space, folder.write("t.csv", csv), "arch", metrics, folder.path() / "t");
  const BenchmarkTable table = BenchmarkTable::open(folder.path() / "t", space);
  const std::vector<double> noises = label_noise(table, "acc");
  REQUIRE(noises.size() == 4);
  CHECK(noises[0] == doctest::Approx(std::sqrt(1.0 / 3.0)));  // by chance the value of a seed too
  CHECK(noises[1] == doctest::Approx(10.0));                  // a mean of two
  CHECK(noises[2] == 0.0);
  CHECK(noises[3] == 0.0);
  CHECK(label_noise(table, "acc#1")[1] == doctest::Approx(10.0 * std::sqrt(2.0)));
  CHECK_THROWS_AS(label_noise(table, "loss"), EvaluationError);
  CHECK_THROWS_AS(label_noise(table, "none"), EvaluationError);
}

TEST_CASE("the best are those that the metric calls best") {
  const TemporaryFolder folder;
  CHECK(seed_noise(seeds_table(folder, "minimize"))[0].tau_best_tenth == 1.0);
}
