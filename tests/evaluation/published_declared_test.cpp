#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "contract/reference_data.hpp"
#include "evaluation/table/csv.hpp"
#include "graph/cost.hpp"
#include "spaces/declared.hpp"

using namespace evonas;
using namespace evonas::tests;

namespace {

spaces::Declared shipped(const std::string& name) {
  return spaces::Declared({.file = EVONAS_SOURCE_DIR "/configs/spaces/" + name + ".yaml"});
}

std::int64_t elements(const graph::Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

/// Multiply-accumulates of convolutions and linear layers, biases left out.
std::int64_t macs_without_bias(const graph::Graph& network) {
  std::int64_t total = 0;
  for (graph::NodeId id = 0; id < network.size(); ++id) {
    const bool bias = network[id].integer("bias", 0) != 0;
    total += graph::node_cost(network, id).macs - (bias ? elements(network[id].shape) : 0);
  }
  return total;
}

/// The convention of the published MACs of Accel-NASBench: 4 more for each element that a
/// normalisation writes, and 1 for each that an average pooling reads or writes.
std::int64_t accel_macs(const graph::Graph& network) {
  std::int64_t total = macs_without_bias(network);
  for (const graph::Node& node : network.nodes()) {
    if (node.op == "BatchNormalization") total += 4 * elements(node.shape);
    if (node.op == "GlobalAveragePool") {
      total += elements(network[node.inputs[0]].shape) + elements(node.shape);
    }
  }
  return total;
}

}  // namespace

TEST_CASE("the declared Accel-NASBench space has the published parameters and MACs of every row") {
  const auto file = reference_data("accel_nasbench/accel_nasbench.csv.gz");
  if (!file) return;
  const spaces::Declared space = shipped("accel_nasbench");
  const auto input = spaces::NetworkInput::parse("imagenet");
  std::vector<std::string> columns;
  std::size_t rows = 0;
  std::size_t wrong_parameters = 0;
  std::size_t wrong_macs = 0;
  evaluation::read_csv(
      *file,
      [&](std::span<const std::string> names) { columns.assign(names.begin(), names.end()); },
      [&](std::span<const std::string> fields, std::size_t) {
        std::string architecture;
        std::map<std::string, std::string> row;
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (i < 28) architecture += (i == 0 ? "" : " ") + fields[i];
          row[columns[i]] = fields[i];
        }
        const graph::Graph network = space.network(space.parse(architecture), input);
        const auto millions = [](std::int64_t count) { return static_cast<double>(count) / 1e6; };
        // As precise as the columns are printed: single units.
        if (std::abs(millions(graph::cost(network).parameters) - std::stod(row["params_m"])) >
            1e-9) {
          ++wrong_parameters;
        }
        if (std::abs(millions(accel_macs(network)) - std::stod(row["macs_m"])) > 1e-9) ++wrong_macs;
        ++rows;
      });
  CHECK(rows == 5138);
  CHECK(wrong_parameters == 0);
  CHECK(wrong_macs == 0);
}

TEST_CASE(
    "the declared NAS-Bench-Macro space has the published parameters and FLOPs of every row") {
  const auto file = reference_data("nas_bench_macro/nas-bench-macro_cifar10.json");
  if (!file) return;
  const spaces::Declared space = shipped("nas_bench_macro");
  std::ifstream stream(*file);
  const auto table = nlohmann::json::parse(stream);
  std::size_t wrong_parameters = 0;
  std::size_t wrong_flops = 0;
  for (const auto& [architecture, row] : table.items()) {
    const graph::Graph network = space.network(space.parse(architecture), {});
    if (graph::cost(network).parameters != row.at("params").get<std::int64_t>()) {
      ++wrong_parameters;
    }
    if (macs_without_bias(network) != row.at("flops").get<std::int64_t>()) ++wrong_flops;
  }
  CHECK(table.size() == 6561);
  CHECK(*space.size() == 6561);
  CHECK(wrong_parameters == 0);
  CHECK(wrong_flops == 0);
}
