#include "evaluation/latency_blocks/block_table.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "contract/evaluator_contract.hpp"
#include "evaluation/latency_blocks/block_latency.hpp"
#include "graph/network_builder.hpp"
#include "spaces/blocks.hpp"
#include "spaces/mobilenetv3.hpp"
#include "temporary_folder.hpp"

using namespace evonas;
using namespace evonas::evaluation;
using graph::NodeId;

namespace {

struct Fixture {
  tests::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "table.yaml";

  BlockLatencyTable read(const std::string& yaml) const {
    std::ofstream(file) << yaml;
    return BlockLatencyTable(file);
  }

  std::string refusal(const std::string& yaml) const {
    try {
      read(yaml);
    } catch (const EvaluationError& error) {
      return error.what();
    }
    return "accepted";
  }
};

/// A stem, a block with squeeze-excitation and h_swish, a classifier.
graph::Graph small_network(std::int64_t expanded = 48, std::int64_t squeezed = 16) {
  graph::NetworkBuilder builder;
  NodeId x = builder.input({3, 32, 24});
  x = builder.relu(spaces::conv_bn(builder, x, 16, 3, 2));
  x = spaces::inverted_residual(
      builder, x,
      {.expanded = expanded, .channels = 16, .squeezed = squeezed, .activation = "h_swish"});
  return builder.finish(builder.gemm(builder.flatten(builder.global_average_pool(x)), 10));
}

constexpr const char* kStem = "stem-input:32x24x3-output:16x12x16: {mean: 1.5}\n";
constexpr const char* kHead = "Logits-input:16x12x16-output:10: {mean: 0.25, var: 3}\n";

std::string entry(const std::string& rest, const std::string& mean) {
  return "MBConv-input:16x12x16-output:16x12x16-expand:" + rest + ":\n  mean: " + mean + "\n";
}

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "the identity of a latency is that of its table and of what networks read") {
  const std::string whole = std::string(kStem) + kHead;
  const auto identity = [](const BlockLatencyTable& table, std::int64_t side) {
    return BlockLatency(spaces::AnySpace{spaces::MobileNetV3()}, {3, side, side, 10},
                        std::make_shared<const BlockLatencyTable>(table), "latency_ms")
        .identity();
  };
  const std::string first = identity(read(whole), 224);
  // The same entries in another order.
  CHECK(identity(read(std::string(kHead) + kStem), 224) == first);
  CHECK(identity(read(whole), 192) != first);
  CHECK(identity(read(kStem), 224) != first);
  CHECK(identity(read("stem-input:32x24x3-output:16x12x16: {mean: 1.25}\n" + std::string(kHead)),
                 224) != first);
}

TEST_CASE_FIXTURE(Fixture, "latencies of blocks add up") {
  const BlockLatencyTable table = read(kStem + entry("3-kernel:3-stride:1-idskip:1-se:1", "4") +
                                       entry("3-kernel:3-stride:1-idskip:1-se:0", "2") + kHead);
  CHECK(table.size() == 4);
  CHECK(table.latency_ms(small_network()) == 1.5 + 4 + 0.25);
  CHECK(table.latency_ms(small_network(48, 0)) == 1.5 + 2 + 0.25);
}

TEST_CASE_FIXTURE(Fixture, "a classifier counts with its pooling or without") {
  const BlockLatencyTable table = read(kStem + entry("3-kernel:3-stride:1-idskip:1-se:1", "4") +
                                       "classifier-input:16-output:10: {mean: 0.125}\n");
  CHECK(table.latency_ms(small_network()) == 1.5 + 4 + 0.125);
}

TEST_CASE_FIXTURE(Fixture, "activations count where the table tells them apart") {
  const BlockLatencyTable apart =
      read(kStem + entry("3-kernel:3-stride:1-idskip:1-se:1-hs:1", "4") +
           entry("3-kernel:3-stride:1-idskip:1-se:1-hs:0", "2") + kHead);
  CHECK(apart.latency_ms(small_network()) == 1.5 + 4 + 0.25);
}

TEST_CASE_FIXTURE(Fixture,
                  "a missing block is named with the nearest entry, and nothing is guessed") {
  const BlockLatencyTable table = read(kStem + entry("3-kernel:3-stride:1-idskip:1-se:1", "4") +
                                       entry("6-kernel:5-stride:1-idskip:1-se:1", "7") + kHead);
  CHECK_THROWS_WITH_AS(
      table.latency_ms(small_network(64)),
      doctest::Contains(
          "1 of the 3 blocks of this network have no entry; the first is "
          "'input:16x12x16-output:16x12x16-expand:4-kernel:3-stride:1-idskip:1-se:1'"),
      EvaluationError);
  CHECK_THROWS_WITH_AS(
      table.latency_ms(small_network(64)),
      doctest::Contains("nearest entry is "
                        "'MBConv-input:16x12x16-output:16x12x16-expand:3-kernel:3-stride:1-idskip:"
                        "1-se:1' on line 2 (expand 3)"),
      EvaluationError);
  CHECK_THROWS_WITH_AS(table.latency_ms(small_network(40)), doctest::Contains("expand:2.5-"),
                       EvaluationError);
  // Without `se` in the table a block with squeeze-excitation has no entry.
  const BlockLatencyTable plain = read(kStem + entry("3-kernel:3-stride:1-idskip:1", "4") + kHead);
  CHECK(plain.latency_ms(small_network(48, 0)) == 1.5 + 4 + 0.25);
  CHECK_THROWS_WITH_AS(plain.latency_ms(small_network()), doctest::Contains("(se missing)"),
                       EvaluationError);
}

TEST_CASE_FIXTURE(Fixture, "files that are no table are refused with the line") {
  const std::string name = file.string();
  const auto refused = [&](const std::string& yaml, int line, const std::string& what) {
    CAPTURE(yaml.substr(0, 300));
    const std::string message = refusal(yaml);
    CAPTURE(message);
    CHECK(message.starts_with(name + ":" + std::to_string(line) + ": "));
    CHECK(message.find(what) != std::string::npos);
    CHECK(message.size() < name.size() + 700);
  };
  refused("", 1, "expected a mapping");
  refused("[1, 2]", 1, "expected a mapping");
  refused("{}", 1, "expected a mapping");
  refused(std::string(kStem) + "\tx: [", 2, "this is no YAML");
  refused(std::string(kStem) + "a: {b: c", 2, "this is no YAML");
  refused(std::string(kStem) + "stem-input:32x24-output:16x12x16: {mean: 1}\n", 2,
          "describes no block");
  refused(std::string(kStem) + "a: " + std::string(100'000, '['), 2, "this is no YAML");
  refused(std::string(kStem) + "? [a]\n: {mean: 1}\n", 2, "expected the description");
  refused(std::string(kStem) + entry("3-kernel:3-stride:1", "4"), 2, "describes no block");
  refused(std::string(kStem) + entry("3-kernel:3-stride:1-idskip:2", "4"), 2, "describes no block");
  refused(std::string(kStem) + std::string(900, 'x') + ": {mean: 1}\n", 2, "describes no block");
  for (const char* mean : {"x", "", "-1", "0", ".nan", ".inf", "[1]"}) {
    refused(std::string(kStem) + entry("3-kernel:3-stride:1-idskip:1", mean), 2,
            "has no `mean` that is a positive number");
  }
  refused(std::string(kStem) + "a-input:3-output:4: 7\n", 2, "has no `mean`");
  refused(std::string(kStem) + "a-input:3-output:4: {var: 7}\n", 2, "has no `mean`");
  refused(std::string(kStem) + kHead + kStem, 3, "describes the same block as line 1");
  std::filesystem::remove(file);
  CHECK_THROWS_WITH_AS(BlockLatencyTable{file}, doctest::Contains("there is no such file"),
                       EvaluationError);
  CHECK_THROWS_AS(BlockLatencyTable{folder.path()}, EvaluationError);
}

TEST_CASE_FIXTURE(Fixture, "a table of blocks is a repeatable source of labels") {
  const spaces::AnySpace space(spaces::MobileNetV3({.width_multiplier = 0.25}));
  const auto table = std::make_shared<const BlockLatencyTable>(read(kStem));
  BlockLatency source(space, {3, 64, 64, 10}, table, "latency_ms");
  tests::check_evaluator(source, tests::sample_candidates(space, 10));
  const auto outcomes = tests::outcomes_of(source, tests::sample_candidates(space, 1));
  CHECK(outcomes[0]->failure.find("have no entry") != std::string::npos);
}
