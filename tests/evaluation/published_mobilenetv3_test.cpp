#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include "contract/reference_data.hpp"
#include "evaluation/evaluator.hpp"
#include "evaluation/latency_blocks/block_table.hpp"
#include "evaluation/table/csv.hpp"
#include "graph/cost.hpp"
#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/mobilenetv3.hpp"

using namespace evonas;

namespace {

constexpr std::array<std::int64_t, 5> kWidths{24, 40, 80, 112, 160};
constexpr std::array<std::int64_t, 5> kStrides{2, 2, 2, 1, 2};
constexpr std::array<bool, 5> kSqueezes{false, true, false, true, true};

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

/// A row of the published table.
struct LatencyRow {
  std::array<std::int64_t, 20> kernels{};
  std::array<std::int64_t, 20> expansions{};
  std::array<std::int64_t, 5> depths{};
  std::int64_t resolution = 0;
  std::string text;

  explicit LatencyRow(std::span<const std::string> fields)
      : text(fields[0] + " " + fields[1] + " " + fields[2] + " " + fields[3]) {
    std::istringstream stream(text);
    for (std::int64_t& kernel : kernels) stream >> kernel;
    for (std::int64_t& expansion : expansions) stream >> expansion;
    for (std::int64_t& depth : depths) stream >> depth;
    stream >> resolution;
  }

  /// Calls visit(unit, position, number of the block) for every block that the network has.
  template <class Visit>
  void for_each_block(const Visit& visit) const {
    for (std::size_t unit = 0; unit < 5; ++unit) {
      for (std::int64_t position = 0; position < depths[unit]; ++position) {
        visit(unit, position, 4 * unit + static_cast<std::size_t>(position));
      }
    }
  }
};

Count count(const LatencyRow& row) {
  Count result;
  std::int64_t side = (row.resolution + 1) / 2;
  result.conv(3 * 9 * 16, 16, side);
  result.block(16, 16, 16, 3, side, 1, false);
  std::int64_t width = 16;
  row.for_each_block([&](std::size_t unit, std::int64_t position, std::size_t block) {
    const std::int64_t stride = position == 0 ? kStrides[unit] : 1;
    result.block(width, width * row.expansions[block], kWidths[unit], row.kernels[block], side,
                 stride, kSqueezes[unit]);
    side = (side + stride - 1) / stride;
    width = kWidths[unit];
  });
  result.conv(160 * 960, 960, side);
  result.dense(960, 1280, false);
  result.dense(1280, 1000, true);
  return result;
}

std::vector<LatencyRow> published_rows(const std::filesystem::path& file) {
  std::vector<LatencyRow> rows;
  evaluation::read_csv(
      file,
      [](std::span<const std::string> names) {
        REQUIRE(names.size() == 16);
        CHECK(names[0] == "kernel_sizes");
        CHECK(names[1] == "expand_ratios");
        CHECK(names[2] == "depths");
        CHECK(names[3] == "resolution");
      },
      [&](std::span<const std::string> fields, std::size_t) { rows.emplace_back(fields); });
  return rows;
}

/// The means of a table of blocks, read line by line.
std::map<std::string, double> published_means(const std::filesystem::path& file) {
  std::map<std::string, double> means;
  std::ifstream stream(file);
  std::string key;
  for (std::string line; std::getline(stream, line);) {
    if (line.front() != ' ') key = line.substr(0, line.size() - 1);
    if (line.starts_with("  mean: ")) means[key] = std::stod(line.substr(8));
  }
  return means;
}

/// The sum of Once-for-All's own look-up: one key a layer, in its notation.
double summed(const LatencyRow& row, const std::map<std::string, double>& means) {
  const auto image = [](std::int64_t side, std::int64_t channels) {
    const std::string extent = std::to_string(side);
    return extent + "x" + extent + "x" + std::to_string(channels);
  };
  std::int64_t side = row.resolution / 2;
  double sum =
      means.at("first_conv-input:" + image(row.resolution, 3) + "-output:" + image(side, 16)) +
      means.at("MBConv-input:" + image(side, 16) + "-output:" + image(side, 16) +
               "-expand:1-kernel:3-stride:1-idskip:1-se:0");
  std::int64_t width = 16;
  row.for_each_block([&](std::size_t unit, std::int64_t position, std::size_t block) {
    const std::int64_t stride = position == 0 ? kStrides[unit] : 1;
    const std::int64_t after = (side + stride - 1) / stride;
    sum +=
        means.at("MBConv-input:" + image(side, width) + "-output:" + image(after, kWidths[unit]) +
                 "-expand:" + std::to_string(row.expansions[block]) + "-kernel:" +
                 std::to_string(row.kernels[block]) + "-stride:" + std::to_string(stride) +
                 "-idskip:" + (position == 0 ? "0" : "1") + "-se:" + (kSqueezes[unit] ? "1" : "0"));
    side = after;
    width = kWidths[unit];
  });
  return sum +
         means.at("final_expand_layer-input:" + image(side, 160) + "-output:" + image(side, 960)) +
         means.at("feature_mix_layer-input:1x1x960-output:1x1x1280") +
         means.at("classifier-input:1280-output:1000");
}

/// A network of ProxylessNAS' space: MobileNetV2's skeleton with these blocks of one width each.
graph::Graph proxyless_network(std::int64_t kernel, std::int64_t expansion) {
  graph::NetworkBuilder builder;
  const auto relu6 = [&](graph::NodeId x) { return spaces::activation(builder, x, "relu6"); };
  graph::NodeId x = builder.input({3, 224, 224});
  x = relu6(spaces::conv_bn(builder, x, 32, 3, 2));
  x = spaces::inverted_residual(builder, x, {.expanded = 32, .channels = 16});
  constexpr std::array<std::int64_t, 6> kStageWidths{24, 40, 80, 96, 192, 320};
  constexpr std::array<std::int64_t, 6> kStageStrides{2, 2, 2, 1, 2, 1};
  for (std::size_t stage = 0; stage < 6; ++stage) {
    for (int i = 0; i < (stage < 5 ? 2 : 1); ++i) {
      x = spaces::inverted_residual(builder, x,
                                    {.expanded = expansion * builder.shape(x)[0],
                                     .channels = kStageWidths[stage],
                                     .kernel = kernel,
                                     .stride = i == 0 ? kStageStrides[stage] : 1});
    }
  }
  x = relu6(spaces::conv_bn(builder, x, 1280, 1));
  return builder.finish(builder.gemm(builder.flatten(builder.global_average_pool(x)), 1000));
}

}  // namespace

TEST_CASE("every architecture of the published Once-for-All latency table parses and lowers") {
  const auto file = tests::reference_data("ofa_mobilenetv3/ofa_latency.csv.gz");
  if (!file) return;
  const spaces::MobileNetV3 space;
  const std::vector<LatencyRow> rows = published_rows(*file);
  std::size_t wrong = 0;
  for (const LatencyRow& row : rows) {
    const spaces::Genotype genotype = space.parse(row.text);
    if (space.parse(space.format(genotype)) != genotype) ++wrong;
    const graph::Cost cost = graph::cost(space.network(genotype, {3, 224, 224, 1000}));
    const Count expected = count(row);
    if (cost.parameters != expected.parameters || cost.macs != expected.macs) ++wrong;
  }
  CHECK(rows.size() == 5000);
  CHECK(wrong == 0);
}

TEST_CASE("the published tables of blocks give the latencies that their own look-up gives") {
  const auto file = tests::reference_data("ofa_mobilenetv3/ofa_latency.csv.gz");
  const auto i7 = tests::reference_data("ofa_mobilenetv3/latency_lut_i7_8700k.yaml");
  const auto pixel = tests::reference_data("ofa_mobilenetv3/latency_lut_pixel1_proxylessnas.yaml");
  if (!file || !i7 || !pixel) return;
  const evaluation::BlockLatencyTable i7_table(*i7);
  const evaluation::BlockLatencyTable pixel_table(*pixel);
  CHECK(i7_table.size() == 4050);
  CHECK(pixel_table.size() == 72);
  const std::map<std::string, double> means = published_means(*i7);
  const spaces::MobileNetV3 space;
  std::size_t resolved = 0;
  std::size_t resolved_on_pixel = 0;
  std::size_t wrong = 0;
  for (const LatencyRow& row : published_rows(*file)) {
    const graph::Graph network = space.network(space.parse(row.text), {3, 224, 224, 1000});
    const double expected = summed(row, means);
    if (std::abs(i7_table.latency_ms(network) - expected) > 1e-9 * expected) ++wrong;
    ++resolved;
    try {
      pixel_table.latency_ms(network);
      ++resolved_on_pixel;
    } catch (const evaluation::EvaluationError&) {
    }
  }
  CHECK(wrong == 0);
  CHECK(resolved == 5000);
  // It was measured on networks of another skeleton, at 224 x 224 and without squeeze-excitation.
  CHECK(resolved_on_pixel == 0);
  for (const std::int64_t kernel : {3, 5, 7}) {
    for (const std::int64_t expansion : {3, 6}) {
      CAPTURE(kernel);
      CAPTURE(expansion);
      const double latency = pixel_table.latency_ms(proxyless_network(kernel, expansion));
      CHECK(latency > 40);
      CHECK(latency < 250);
    }
  }
}
