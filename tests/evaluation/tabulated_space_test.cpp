#include "evaluation/table/tabulated_space.hpp"

#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "evaluation/table/import_table.hpp"
#include "spaces/nasbench201.hpp"
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
