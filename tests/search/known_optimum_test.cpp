#include "search/known_optimum.hpp"

#include <doctest/doctest.h>

#include "search/table_fixtures.hpp"

namespace evonas::search {
namespace {

using tests::SmallSpace;

/// A search of three genes whose table has their number as `a` (equal for all that begin with 3,
/// none for [3,3,3]) and their sum as `b`.
SearchSetup setup_of(const tests::TemporaryFolder& folder, Problem problem) {
  const SmallSpace space{.genes = 3, .values = 4};
  const auto table = tests::small_table(folder, space, [](const spaces::Genotype& genotype) {
    const int number = 100 * genotype[0] + 10 * genotype[1] + genotype[2];
    return fmt::format(",{},{}", number == 333 ? "" : std::to_string(std::min(number, 300)),
                       genotype[0] + genotype[1] + genotype[2]);
  });
  return {.space = spaces::AnySpace(space),
          .problem = std::move(problem),
          .algorithm = {},
          .budget = {},
          .sources = {{"table", std::make_shared<evaluation::TableEvaluator>(
                                    table, std::map<std::string, std::string>{{"first", "a"},
                                                                              {"second", "b"}})}}};
}

TEST_CASE("the known optimum is the best of the table, of equal ones the first") {
  const tests::TemporaryFolder folder;
  const auto highest =
      known_optimum(setup_of(folder, {.objectives = {{"first", Goal::Maximize}}, .limits = {}}));
  REQUIRE(highest);
  CHECK(highest->value == 300.0);
  CHECK(highest->architecture == "3,0,0");
  const auto lowest = known_optimum(setup_of(
      folder,
      {.objectives = {{"first", Goal::Minimize}, {"second", Goal::Maximize}}, .limits = {}}));
  REQUIRE(lowest);
  CHECK(lowest->value == 0.0);
}

TEST_CASE("the known optimum keeps every limit") {
  const tests::TemporaryFolder folder;
  const auto with_limit = [&](const char* limit) {
    return known_optimum(setup_of(
        folder, {.objectives = {{"first", Goal::Maximize}}, .limits = {Limit::parse(limit)}}));
  };
  REQUIRE(with_limit("second <= 2"));
  CHECK(with_limit("second <= 2")->architecture == "2,0,0");
  CHECK_FALSE(with_limit("second <= -1"));
}

/// A source that lists nothing and must not be asked for anything.
class Untouchable final : public evaluation::Evaluator {
 public:
  std::vector<evaluation::Metric> metrics() const override { return {{.name = "first"}}; }
  bool deterministic() const override { return false; }
  void evaluate(std::span<const evaluation::Candidate> /*block*/,
                const evaluation::OutcomeSink& /*sink*/, std::stop_token /*stop*/) override {
    throw evaluation::EvaluationError("not to be evaluated");
  }
};

TEST_CASE("a source that is no table is not asked for an optimum") {
  const tests::TemporaryFolder folder;
  SearchSetup setup = setup_of(folder, {.objectives = {{"first", Goal::Maximize}}, .limits = {}});
  setup.sources = {{"training", std::make_shared<Untouchable>()}};
  CHECK_FALSE(known_optimum(setup));
}

TEST_CASE("without a table that has every metric no optimum is known") {
  const tests::TemporaryFolder folder;
  CHECK_FALSE(known_optimum(setup_of(folder, {.objectives = {{"first", Goal::Maximize}},
                                              .limits = {Limit::parse("params <= 2")}})));
}

}  // namespace
}  // namespace evonas::search
