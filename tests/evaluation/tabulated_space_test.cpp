#include "evaluation/table/tabulated_space.hpp"

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "evaluation/table/import_table.hpp"
#include "spaces/nasbench201.hpp"
#include "spaces/space_list.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;

TEST_CASE("a tabulated space hands out what the table has, and nothing else") {
  const tests::TemporaryFolder folder;
  const spaces::AnySpace whole{spaces::NasBench201{}};
  std::string csv = "arch,accuracy\n";
  for (std::uint64_t i = 0; i < 15625; i += 37) {
    csv += fmt::format("{},{}\n", whole.format(whole.at(i)), i);
  }
  import_table(whole, folder.write("rows.csv", csv), "arch",
               std::vector{ImportedMetric::parse("accuracy=accuracy:%:maximize")},
               folder / "rows.sqlite");
  const auto table =
      std::make_shared<const BenchmarkTable>(BenchmarkTable::open(folder / "rows.sqlite", whole));
  const spaces::AnySpace space{TabulatedSpace(whole, table)};
  CHECK(space.size() == 423);
  std::set<spaces::Genotype> rows;
  for (std::uint64_t i = 0; i < 423; ++i) rows.insert(space.at(i));
  std::set<spaces::Genotype> sampled;
  Rng rng(1, "test");
  for (int i = 0; i < 4000; ++i) {
    const spaces::Genotype parent = space.sample(rng);
    const spaces::Genotype mutant = space.mutate(parent, rng);
    sampled.insert(parent);
    CHECK(mutant != parent);
    CHECK(rows.contains(mutant));
    CHECK(rows.contains(space.crossover(parent, mutant, rng)));
  }
  CHECK(sampled == rows);
  std::uint64_t without = 0;
  while (table->find(whole.at(without), whole.key(whole.at(without)))) ++without;
  CHECK_THROWS_WITH_AS(space.validate(whole.at(without)),
                       doctest::Contains("has no row of the genotype"), spaces::SpaceError);
}

TEST_CASE("children among rows that are far apart are near their parents") {
  const tests::TemporaryFolder folder;
  const spaces::AnySpace whole = spaces::make_space("mobilenetv3");
  std::string csv = "arch,accuracy\n";
  Rng rng(1, "test");
  for (int i = 0; i < 300; ++i) {
    // RFC 4180: JSON has quotes.
    std::string quoted;
    for (const char c : whole.format(whole.sample(rng))) {
      quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    csv += fmt::format("\"{}\",{}\n", quoted, i);
  }
  import_table(whole, folder.write("rows.csv", csv), "arch",
               std::vector{ImportedMetric::parse("accuracy=accuracy:%:maximize")},
               folder / "rows.sqlite");
  const auto table =
      std::make_shared<const BenchmarkTable>(BenchmarkTable::open(folder / "rows.sqlite", whole));
  const spaces::AnySpace space = tabulated(whole, table);
  REQUIRE(space.size() == 300);
  const auto differing = [](const spaces::Genotype& a, const spaces::Genotype& b) {
    double count = 0.0;
    for (std::size_t place = 0; place < a.size(); ++place) count += a[place] == b[place] ? 0 : 1;
    return count;
  };
  double of_children = 0.0;
  double of_strangers = 0.0;
  for (int i = 0; i < 300; ++i) {
    const spaces::Genotype parent = space.sample(rng);
    const spaces::Genotype child = space.mutate(parent, rng);
    CHECK(child != parent);
    space.validate(child);
    space.validate(space.crossover(parent, child, rng));
    of_children += differing(parent, child);
    of_strangers += differing(parent, space.sample(rng));
  }
  CHECK(of_children < 0.9 * of_strangers);
}
