#include "search/front_comparison.hpp"

#include <doctest/doctest.h>

namespace evonas::search {
namespace {

TEST_CASE("a front covers what one of its members equals or surpasses") {
  const Front front{{1.0, 3.0}, {2.0, 1.0}};
  CHECK(coverage(front, front) == 1.0);
  CHECK(coverage(front, {{1.0, 3.0}, {1.0, 2.5}}) == 0.5);
  CHECK(coverage(front, {{2.0, 3.0}, {5.0, 1.0}}) == 1.0);
  CHECK(coverage(front, {{0.5, 9.0}}) == 0.0);
  CHECK(coverage(front, {}) == 1.0);
  CHECK(coverage({}, front) == 0.0);
  CHECK(coverage({}, {}) == 1.0);
}

TEST_CASE("fronts are compared over all pairs of searches") {
  const std::vector<NamedFronts> algorithms{
      {.algorithm = "a", .fronts = {{{1.0, 1.0}}, {{2.0, 2.0}}}},
      {.algorithm = "b", .fronts = {{{1.5, 1.5}}, {{1.0, 1.0}, {0.5, 3.0}}}}};
  const std::vector<FrontComparison> comparisons = compare_fronts(algorithms);
  REQUIRE(comparisons.size() == 2);
  CHECK(comparisons[0].algorithm == "a");
  CHECK(comparisons[0].other == "b");
  // Of the four pairs the first front of a dominates the first of b, and covers half of the second.
  CHECK(comparisons[0].dominates == 0.25);
  CHECK(comparisons[0].covers == (1.0 + 0.5 + 0.0 + 0.0) / 4);
  CHECK(comparisons[1].algorithm == "b");
  // The first dominates the second of a, the second both.
  CHECK(comparisons[1].dominates == 0.75);
  CHECK(comparisons[1].covers == 0.75);
  CHECK(compare_fronts(std::span(algorithms).first(1)).empty());
}

}  // namespace
}  // namespace evonas::search
