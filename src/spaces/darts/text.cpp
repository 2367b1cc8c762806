#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/darts.hpp"
#include "spaces/darts/cell.hpp"

namespace evonas::spaces {

using namespace darts_cell;

namespace {

using Gene = Genotype::Gene;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Reads a genotype token by token from the left and knows where it is. Blanks may stand before
/// every token but the first.
class GenotypeReader {
 public:
  explicit GenotypeReader(std::string_view text) : text_(text) {}

  Genotype read() {
    const bool named = take("Genotype");
    named ? read_named() : read_compact();
    if (at_ != text_.size()) fail("the end");
    return Genotype(std::move(genes_));
  }

 private:
  void read_named() {
    expect("(");
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      const std::string name(kCellNames[cell]);
      if (cell > 0) expect(",");
      expect(name);
      expect("=");
      read_nodes([this] {
        const Gene operation = quoted_operation();
        expect(",");
        return Edge{.operation = operation, .input = number(0, 4)};
      });
      expect(",");
      expect(name + "_concat");
      expect("=");
      read_concat();
    }
    expect(")");
  }

  void read_compact() {
    const char end = open();
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      if (cell > 0) expect(",");
      read_nodes([this] {
        const Gene input = number(0, 4);
        expect(",");
        return Edge{.operation = number(0, kOperations - 1), .input = input};
      });
    }
    close(end);
  }

  /// The eight pairs of a cell, each in brackets, all in brackets.
  template <class ReadEdge>
  void read_nodes(ReadEdge read_edge) {
    const char end = open();
    for (std::size_t node = 0; node < kNodes; ++node) {
      std::array<Edge, 2> edges;
      for (std::size_t side = 0; side < 2; ++side) {
        if (node + side > 0) expect(",");
        const char end_of_pair = open();
        edges[side] = read_edge();
        if (static_cast<std::size_t>(edges[side].input) >= node + kInputs) {
          fail(fmt::format("an input of node {}, 0 to {}, before this", node + kInputs,
                           node + kInputs - 1));
        }
        close(end_of_pair);
      }
      if (edges[0].input == edges[1].input) {
        fail(fmt::format("two different inputs of node {} before this", node + kInputs));
      }
      if (edges[0].input > edges[1].input) std::swap(edges[0], edges[1]);
      for (const Edge edge : edges) genes_.insert(genes_.end(), {edge.operation, edge.input});
    }
    close(end);
  }

  /// All four intermediate nodes: "range(2, 6)", or a list of them in any order.
  void read_concat() {
    if (take("range")) {
      for (const std::string_view token : {"(", "2", ",", "6", ")"}) expect(token);
      return;
    }
    const char end = open();
    std::array<bool, kNodes> joined{};
    for (std::size_t i = 0; i < kNodes; ++i) {
      if (i > 0) expect(",");
      const auto node = static_cast<std::size_t>(number(2, 5)) - kInputs;
      if (std::exchange(joined[node], true)) fail("each of the nodes 2 to 5 once before this");
    }
    close(end);
  }

  Gene quoted_operation() {
    const char quote = take("\"") ? '"' : '\'';
    if (quote == '\'') expect("'");
    const std::string_view word = text_.substr(at_, text_.find(quote, at_) - at_);
    const auto* const found = std::ranges::find(kOperationNames, word);
    if (found == kOperationNames.end()) {
      fail(word == "none" ? "an operation (a discrete cell has no none)"
                          : fmt::format("one of {}", fmt::join(kOperationNames, ", ")));
    }
    at_ += word.size();
    if (!text_.substr(at_).starts_with(quote)) fail(fmt::format("the closing {}", quote));
    ++at_;
    return static_cast<Gene>(found - kOperationNames.begin());
  }

  Gene number(Gene least, Gene most) {
    skip_blanks();
    Gene value = 0;
    const char* const begin = text_.data() + at_;
    const auto [stop, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value < least || value > most) {
      fail(fmt::format("a number from {} to {}", least, most));
    }
    at_ += static_cast<std::size_t>(stop - begin);
    return value;
  }

  /// Takes an opening bracket, either of Python's sequences; returns the one that closes it.
  char open() {
    if (take("[")) return ']';
    if (!take("(")) fail("'(' or '['");
    return ')';
  }

  void close(char bracket) { expect(std::string_view(&bracket, 1)); }

  void expect(std::string_view token) {
    if (!take(token)) fail(fmt::format("'{}'", token));
  }

  bool take(std::string_view token) {
    if (at_ > 0) skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw SpaceError(fmt::format(
        "{} is not a darts genotype: expected {} at character {}, found {}; the form is "
        "Genotype(normal=[('OP', INPUT), ...], normal_concat=range(2, 6), reduce=[...], "
        "reduce_concat=range(2, 6)) with eight pairs in each list",
        evonas::quoted(text_, 160), expected, at_ + 1,
        at_ < text_.size() ? evonas::quoted(text_.substr(at_), 20) : "the end"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Gene> genes_;
};

}  // namespace

Genotype Darts::parse(std::string_view text) const { return GenotypeReader(text).read(); }

std::string Darts::format(const Genotype& genotype) const {
  validate(genotype);
  std::string text = "Genotype(";
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    text += fmt::format("{}{}=[", cell > 0 ? ", " : "", kCellNames[cell]);
    for (std::size_t i = 0; i < 2 * kNodes; ++i) {
      const Edge edge = edge_of(genotype, cell, i / 2, i % 2);
      text += fmt::format("{}('{}', {})", i > 0 ? ", " : "",
                          kOperationNames[static_cast<std::size_t>(edge.operation)], edge.input);
    }
    text += fmt::format("], {}_concat=range(2, 6)", kCellNames[cell]);
  }
  return text + ")";
}

std::vector<GeneDescription> Darts::describe_genes() const {
  const std::vector<std::string> operations(kOperationNames.begin(), kOperationNames.end());
  std::vector<GeneDescription> genes;
  for (const std::string_view cell : kCellNames) {
    for (std::size_t node = kInputs; node < kInputs + kNodes; ++node) {
      for (const char* side : {"lower", "higher"}) {
        const std::string edge = fmt::format("{}, node {}, {}", cell, node, side);
        genes.push_back({edge + " input's operation", operations});
        genes.push_back({edge + " input", {}});
      }
    }
  }
  return genes;
}

}  // namespace evonas::spaces
