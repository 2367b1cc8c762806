#include "predictor/models/operation_texts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <torch/utils.h>

#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kWordPool = 500;  // random architectures
// Of numbers, which so are as large as those of a sentence, whose squares add up to one.
constexpr double kUnit = 0.1;

/// An attribute at network grain, the same at cell grain, and the value that says nothing.
struct ToldAttribute {
  std::string_view network;
  std::string_view cell;
  double usual;
};
constexpr std::array kToldAttributes = {
    ToldAttribute{"kernel_shape", "kernel", 1.0}, ToldAttribute{"strides", "stride", 1.0},
    ToldAttribute{"dilations", "dilation", 1.0}, ToldAttribute{"group", "groups", 1.0},
    ToldAttribute{"expansion", "expansion", 1.0}};

/// The first number of an attribute, whatever form it has; nothing where it is none.
std::optional<double> number_in(const graph::Node& node, std::string_view name) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return std::nullopt;
  if (const auto* whole = std::get_if<std::int64_t>(&found->second)) {
    return static_cast<double>(*whole);
  }
  if (const auto* real = std::get_if<double>(&found->second)) return *real;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&found->second)) {
    if (!list->empty()) return static_cast<double>(list->front());
  }
  return std::nullopt;
}

std::array<float, kToldAttributes.size()> attribute_numbers(const graph::Node& node) {
  std::array<float, kToldAttributes.size()> numbers{};
  for (std::size_t i = 0; i < kToldAttributes.size(); ++i) {
    const auto& [network, cell, usual] = kToldAttributes[i];
    const std::optional<double> told = number_in(node, network);
    const double value = told ? *told : number_in(node, cell).value_or(usual);
    numbers[i] = static_cast<float>(kUnit * std::log2(std::max(1.0, value)));
  }
  return numbers;
}

}  // namespace

torch::Tensor operation_texts(const GraphFeatures& features, const Descriptions& descriptions) {
  const ArchitectureView& view = features.view();
  const std::size_t columns = features.vocabulary().width();
  std::vector<std::optional<graph::Node>> known(columns);
  std::set<std::string> hardware;
  graph::Tokens tokens;
  for (const spaces::Genotype& genotype :
       random_architectures(view.space(), kWordPool, 1, "words of operations")) {
    view.tokens(genotype, tokens);
    const graph::Graph graph = view.seen_graph(genotype);
    for (graph::NodeId id = 0; id < graph.size(); ++id) {
      const std::size_t column = features.vocabulary().column(tokens.operations[id]);
      if (known[column] || column + 1 == columns) continue;
      known[column] = graph[id];
      for (const auto& [name, value] : graph[id].attributes) {
        if (name.starts_with(kHardwarePrefix)) hardware.insert(name);
      }
    }
  }
  const std::size_t width = descriptions.width() + kToldAttributes.size() + hardware.size();
  torch::Tensor texts =
      torch::zeros({static_cast<std::int64_t>(columns), static_cast<std::int64_t>(width)});
  for (std::size_t column = 0; column < columns; ++column) {
    if (!known[column]) continue;
    float* row = texts.mutable_data_ptr<float>() + column * width;
    row = std::ranges::copy(descriptions.vector_of(known[column]->op), row).out;
    row = std::ranges::copy(attribute_numbers(*known[column]), row).out;
    for (const std::string& name : hardware) {
      *row++ = static_cast<float>(kUnit * number_in(*known[column], name).value_or(0.0));
    }
  }
  return texts;
}

}  // namespace evonas::predictor
