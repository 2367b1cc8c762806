#include "predictor/descriptions.hpp"

#include <doctest/doctest.h>

#include "message_of.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

TEST_CASE("names have the vectors of their sentences, and names that contain them too") {
  const Descriptions table = Descriptions::parse(
      "# a comment\nconv\ta convolution\t1 -0.5\nconv_3x3\ta 3x3 convolution\t0.25 2e-1\n",
      "table");
  CHECK(table.size() == 2);
  CHECK(table.width() == 2);
  CHECK(table.vector_of("conv") == std::vector<float>{1.0F, -0.5F});
  CHECK(table.vector_of("my_conv_3x3_bn") == std::vector<float>{0.25F, 0.2F});
  CHECK(table.text_of("my_conv_3x3_bn") == "a 3x3 convolution");
  CHECK(table.vector_of("pool") == std::vector<float>{0.0F, 0.0F});
  CHECK(table.text_of("pool").empty());
}

TEST_CASE("tables of descriptions that are none are refused") {
  const auto fault = [](const char* text) {
    return tests::message_of<PredictorError>([&] { Descriptions::parse(text, "table"); });
  };
  CHECK(fault("") == "table describes nothing");
  CHECK(fault("a\tb\t1 2\nc\td\t1\n") == "table, line 2: 1 numbers describe c, expected 2");
  CHECK(fault("a\tb\t1 x\n") == "table, line 1: 0 numbers describe a, expected some");
  CHECK(fault("a\tb\t1\na\tb\t1\n") == "table, line 2: a is described twice");
}

}  // namespace
}  // namespace evonas::predictor
