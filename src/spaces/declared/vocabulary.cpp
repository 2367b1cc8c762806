#include "spaces/declared/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace evonas::spaces::declared {
namespace {

constexpr std::array<OperationWord, 16> kWords{{
    {"identity", Operation::Identity, kNothing, "identity"},
    {"conv", Operation::Conv, kKernel | kGroups | kDilation | kNormalization | kActivation, "conv"},
    {"preact_conv", Operation::PreactConv,
     kKernel | kGroups | kDilation | kNormalization | kActivation, "preact_conv"},
    {"separable", Operation::Separable, kKernel | kDilation | kActivation, "separable"},
    {"inverted_residual", Operation::InvertedResidual,
     kKernel | kExpansion | kGroups | kSqueeze | kActivation, "inverted_residual"},
    {"basic", Operation::Basic, kKernel | kSqueeze | kActivation, "basic"},
    {"bottleneck", Operation::Bottleneck, kKernel | kExpansion | kGroups | kSqueeze | kActivation,
     "bottleneck"},
    {"max_pool", Operation::MaxPool, kKernel | kPadding, "max_pool"},
    {"average_pool", Operation::AveragePool, kKernel | kPadding, "average_pool"},
    {"global_pool", Operation::GlobalPool, kNothing, "global_pool"},
    {"flatten", Operation::Flatten, kNothing, "flatten"},
    {"linear", Operation::Linear, kActivation, "linear"},
    {"none", Operation::None, kNothing, "zero"},
    {"", Operation::Cell, kNothing, "cell"},
    // The names of network grain, for their order of operands counts as it does there.
    {"", Operation::Sum, kNothing, "Add"},
    {"", Operation::Concat, kNothing, "Concat"},
}};

bool stands_in(Operation operation, Position position) {
  switch (operation) {
    case Operation::GlobalPool:
    case Operation::Flatten:
    case Operation::Linear:
      return position == Position::Head;
    case Operation::None:
      return position == Position::Edge;
    default:
      return true;
  }
}

}  // namespace

const OperationWord& operation_word(Operation operation) {
  return kWords[static_cast<std::size_t>(operation)];
}

std::vector<std::string> words_for(Position position) {
  std::vector<std::string> words;
  for (const OperationWord& word : kWords) {
    if (!word.word.empty() && stands_in(word.operation, position)) words.emplace_back(word.word);
  }
  return words;
}

unsigned reads_of_setting(std::string_view name) {
  if (name.starts_with("squeeze")) return kSqueeze;
  constexpr std::array<std::pair<std::string_view, unsigned>, 7> kSettings{
      {{"kernel", kKernel},
       {"expansion", kExpansion},
       {"groups", kGroups},
       {"dilation", kDilation},
       {"padding", kPadding},
       {"normalization", kNormalization},
       {"activation", kActivation}}};
  for (const auto& [setting, reads] : kSettings) {
    if (setting == name) return reads;
  }
  return kNothing;
}

std::map<std::string, Meaning, std::less<>> meanings(const Declaration& declaration) {
  std::map<std::string, Meaning, std::less<>> result;
  for (const OperationWord& word : kWords) {
    if (word.word.empty()) continue;
    result[std::string(word.word)] = {.operation = word.operation, .word = std::string(word.word)};
  }
  for (const auto& [name, named] : declaration.operations) {
    const auto found = std::ranges::find(kWords, named.operation, &OperationWord::word);
    if (named.operation.empty() || found == kWords.end() || result.contains(name)) continue;
    result[name] = {.operation = found->operation, .named = &named, .word = name};
  }
  for (const auto& [name, cell] : declaration.cells) {
    if (result.contains(name)) continue;
    result[name] = {.operation = Operation::Cell, .cell = &cell, .word = name};
  }
  return result;
}

std::optional<Edge> parse_edge(std::string_view text) {
  Edge edge;
  const char* const end = text.data() + text.size();
  const auto source = std::from_chars(text.data(), end, edge.source);
  if (source.ec != std::errc() || source.ptr == end || *source.ptr != '-') return std::nullopt;
  const auto target = std::from_chars(source.ptr + 1, end, edge.target);
  if (target.ec != std::errc() || target.ptr != end) return std::nullopt;
  return edge;
}

std::vector<Edge> edges_of(const Cell& cell) {
  const auto inputs = static_cast<std::size_t>(cell.inputs);
  const std::size_t end = inputs + static_cast<std::size_t>(cell.nodes);
  std::vector<Edge> edges;
  if (cell.edges.values == std::vector<std::string>{"all"}) {
    for (std::size_t target = inputs; target < end; ++target) {
      for (std::size_t source = 0; source < target; ++source) edges.push_back({source, target});
    }
    return edges;
  }
  for (const std::string& text : cell.edges.values) {
    if (const auto edge = parse_edge(text)) edges.push_back(*edge);
  }
  std::ranges::sort(edges, {},
                    [](const Edge& edge) { return std::pair(edge.target, edge.source); });
  return edges;
}

}  // namespace evonas::spaces::declared
