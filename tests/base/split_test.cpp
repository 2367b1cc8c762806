#include "base/split.hpp"

#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using evonas::split;

TEST_CASE("a text is split at each mark, and has one part more than marks") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a,bc,d", ',') == Parts{"a", "bc", "d"});
  CHECK(split("abc", ',') == Parts{"abc"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",a,,", ',') == Parts{"", "a", "", ""});
}
