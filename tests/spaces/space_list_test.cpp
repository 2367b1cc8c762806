#include "spaces/space_list.hpp"

#include <doctest/doctest.h>

#include "contract/space_contract.hpp"

using namespace evonas::spaces;

TEST_CASE("every listed space is made by its name and passes the contract") {
  REQUIRE(ready_space_names().size() + 1 == space_names().size());  // but for declared_test.cpp
  for (const std::string& name : ready_space_names()) {
    CAPTURE(name);
    const AnySpace space = make_space(name);
    CHECK(space.name() == name);
    CHECK(make_space(space_options(name)).name() == name);
    evonas::tests::check_space(space);
  }
}

TEST_CASE("an unknown space is refused with the nearest name") {
  CHECK_THROWS_WITH_AS(make_space("nasbench2O1"),
                       doctest::Contains("there is no search space 'nasbench2O1' (did you mean "
                                         "nasbench201?); known: "),
                       SpaceError);
  CHECK_THROWS_AS(make_space(""), SpaceError);
  CHECK_THROWS_WITH_AS(make_space("declared"), doctest::Contains("needs the file that declares it"),
                       SpaceError);
  CHECK_THROWS_AS(space_options(std::string(100'000, 'x')), SpaceError);
}

TEST_CASE("options reach the space, and those out of range are refused") {
  const AnySpace narrow = make_space(NasBench201Options{.channels = 4, .cells_per_stage = 1});
  const AnySpace wide = make_space(NasBench201Options{});
  const Genotype genotype = wide.at(9000);
  CHECK(narrow.network(genotype, {}).size() < wide.network(genotype, {}).size());
  CHECK(narrow.key(genotype) == wide.key(genotype));
  CHECK_THROWS_AS(make_space(NasBench201Options{.channels = 0}), SpaceError);
  CHECK_THROWS_AS(make_space(NasBench201Options{.channels = 4097}), SpaceError);
  CHECK_THROWS_AS(make_space(NasBench201Options{.cells_per_stage = 0}), SpaceError);
  CHECK_THROWS_AS(make_space(NasBench201Options{.cells_per_stage = 101}), SpaceError);
}
