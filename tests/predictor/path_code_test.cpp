#include "predictor/path_code.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "predictor/predictor_error.hpp"
#include "spaces/space_list.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("a path code has a number for each sequence of operations, identities left out") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const PathCode paths(space);
  // Sequences of up to three of three operations.
  CHECK(paths.size() == 1 + 3 + 9 + 27);
  const auto code = [&](const char* cell) { return paths.compute(std::vector{space.parse(cell)}); };
  const auto count = [&](const char* cell) { return std::ranges::count(code(cell), 1.0F); };
  CHECK(count("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|") == 0);
  CHECK(count("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|") == 1);
  CHECK(count("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|skip_connect~1|none~2|") == 2);
  // What leads nowhere is on no path.
  CHECK(code("|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|") ==
        code("|none~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"));
  // The same convolution by another way.
  CHECK(code("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|") ==
        code("|none~0|+|nor_conv_3x3~0|none~1|+|none~0|none~1|skip_connect~2|"));
}

TEST_CASE("path codes are cut to the most frequent paths, and are the same each time") {
  const spaces::AnySpace space = spaces::make_space("darts");
  const PathCode paths(space);
  CHECK(paths.size() > 10);
  CHECK(paths.size() <= 500);
  CHECK(PathCode(space).key() == paths.key());
  CHECK(PathCode(spaces::make_space("nasbench101")).key() != paths.key());
}

TEST_CASE("a space of long chains has no path code") {
  CHECK_THROWS_AS(PathCode(spaces::make_space("mobilenetv3")), PredictorError);
}

}  // namespace
}  // namespace evonas::predictor
