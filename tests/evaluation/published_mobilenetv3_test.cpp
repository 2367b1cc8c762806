#include <array>
#include <sstream>

#include <doctest/doctest.h>

#include "contract/reference_data.hpp"
#include "evaluation/table/csv.hpp"
#include "graph/cost.hpp"
#include "spaces/blocks.hpp"
#include "spaces/mobilenetv3.hpp"

using namespace evonas;

namespace {

/// Parameters and multiply-accumulates of a sub-network, counted from the published description.
struct Count {
  std::int64_t parameters = 0;
  std::int64_t macs = 0;

  /// A convolution without bias, then a normalisation.
  void conv(std::int64_t weights, std::int64_t out, std::int64_t side) {
    parameters += weights + 2 * out;
    macs += weights * side * side;
  }
  /// A convolution or matrix product with or without bias on one position.
  void dense(std::int64_t in, std::int64_t out, bool bias) {
    const std::int64_t weights = in * out + (bias ? out : 0);
    parameters += weights;
    macs += weights;
  }
  void block(std::int64_t in, std::int64_t expanded, std::int64_t out, std::int64_t kernel,
             std::int64_t side, std::int64_t stride, bool squeeze) {
    const std::int64_t after = (side + stride - 1) / stride;
    if (expanded != in) conv(in * expanded, expanded, side);
    conv(kernel * kernel * expanded, expanded, after);
    if (squeeze) {
      const std::int64_t squeezed = spaces::round_channels(static_cast<double>(expanded / 4));
      dense(expanded, squeezed, true);
      dense(squeezed, expanded, true);
    }
    conv(expanded * out, out, after);
  }
};

Count count(const std::string& kernels, const std::string& expansions, const std::string& depths,
            std::int64_t resolution) {
  constexpr std::array<std::int64_t, 5> kWidths{24, 40, 80, 112, 160};
  constexpr std::array<std::int64_t, 5> kStrides{2, 2, 2, 1, 2};
  constexpr std::array<bool, 5> kSqueezes{false, true, false, true, true};
  std::istringstream kernel_stream(kernels);
  std::istringstream expansion_stream(expansions);
  std::istringstream depth_stream(depths);
  Count result;
  std::int64_t side = (resolution + 1) / 2;
  result.conv(3 * 9 * 16, 16, side);
  result.block(16, 16, 16, 3, side, 1, false);
  std::int64_t width = 16;
  for (std::size_t unit = 0; unit < 5; ++unit) {
    std::int64_t depth = 0;
    depth_stream >> depth;
    for (std::int64_t position = 0; position < 4; ++position) {
      std::int64_t kernel = 0;
      std::int64_t expansion = 0;
      kernel_stream >> kernel;
      expansion_stream >> expansion;
      if (position >= depth) continue;
      const std::int64_t stride = position == 0 ? kStrides[unit] : 1;
      result.block(width, width * expansion, kWidths[unit], kernel, side, stride, kSqueezes[unit]);
      side = (side + stride - 1) / stride;
      width = kWidths[unit];
    }
  }
  result.conv(160 * 960, 960, side);
  result.dense(960, 1280, false);
  result.dense(1280, 1000, true);
  return result;
}

}  // namespace

TEST_CASE("every architecture of the published Once-for-All latency table parses and lowers") {
  const auto file = tests::reference_data("ofa_mobilenetv3/ofa_latency.csv.gz");
  if (!file) return;
  const spaces::MobileNetV3 space;
  std::size_t rows = 0;
  std::size_t wrong = 0;
  std::vector<std::string> columns;
  evaluation::read_csv(
      *file,
      [&](std::span<const std::string> names) { columns.assign(names.begin(), names.end()); },
      [&](std::span<const std::string> fields, std::size_t) {
        const std::string text = fields[0] + " " + fields[1] + " " + fields[2] + " " + fields[3];
        const spaces::Genotype genotype = space.parse(text);
        if (space.parse(space.format(genotype)) != genotype) ++wrong;
        const graph::Cost cost = graph::cost(space.network(genotype, {3, 224, 224, 1000}));
        const Count expected = count(fields[0], fields[1], fields[2], std::stoll(fields[3]));
        if (cost.parameters != expected.parameters || cost.macs != expected.macs) ++wrong;
        ++rows;
      });
  REQUIRE(columns.size() == 16);
  CHECK(columns[0] == "kernel_sizes");
  CHECK(columns[1] == "expand_ratios");
  CHECK(columns[2] == "depths");
  CHECK(columns[3] == "resolution");
  CHECK(rows == 5000);
  CHECK(wrong == 0);
}
