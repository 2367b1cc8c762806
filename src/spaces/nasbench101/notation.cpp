#include <algorithm>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "spaces/nasbench101/cell.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces::nasbench101 {
namespace {

/// Reads the notation from the left and knows where it is.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// The digits of the adjacency: one for each pair of vertices.
  Cell adjacency() {
    std::string_view digits = text_.substr(0, text_.find_first_not_of("01"));
    Cell cell;
    while (cell.vertices <= kMostVertices && pairs(cell.vertices) != digits.size()) ++cell.vertices;
    if (cell.vertices > kMostVertices) {
      fail(fmt::format("1, 3, 6, 10, 15 or 21 digits 0 or 1, one for each pair of 2 to {} vertices",
                       kMostVertices));
    }
    for (std::size_t source = 0; source < cell.vertices; ++source) {
      for (std::size_t target = source + 1; target < cell.vertices; ++target, ++at_) {
        if (text_[at_] == '1') cell.flip(source, target);
      }
    }
    return cell;
  }

  void blank() {
    if (at_ >= text_.size() || text_[at_] != ' ') fail("a blank");
    ++at_;
  }

  std::uint8_t operation() {
    const std::string_view word = text_.substr(at_, text_.find(' ', at_) - at_);
    const auto* known = std::ranges::find(kOperationWords, word);
    if (known == kOperationWords.end()) fail("c3, c1 or mp");
    at_ += word.size();
    return static_cast<std::uint8_t>(known - kOperationWords.begin());
  }

  /// The two columns of a published table with a blank between end in it where there is no
  /// operation.
  void expect_end(bool after_blank) {
    if (after_blank && text_.substr(at_) == " ") return;
    if (at_ != text_.size()) fail("the end");
  }

 private:
  [[noreturn]] void fail(const std::string& expected) const {
    throw SpaceError(fmt::format(
        "{} is not a nasbench101 architecture: expected {} at character {}, found {}; the form is "
        "the upper triangle of the adjacency matrix, row by row, and an operation for each "
        "interior vertex: 110101 c3 mp",
        evonas::quoted(text_, 160), expected, at_ + 1,
        at_ < text_.size() ? evonas::quoted(text_.substr(at_), 20) : "the end"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string format(const Cell& cell) {
  std::string text;
  for (std::size_t source = 0; source < cell.vertices; ++source) {
    for (std::size_t target = source + 1; target < cell.vertices; ++target) {
      text += cell.edge(source, target) ? '1' : '0';
    }
  }
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex) {
    text += ' ';
    text += kOperationWords[cell.ops[vertex]];
  }
  return text;
}

Cell parse(std::string_view text) {
  Reader reader(text);
  Cell cell = reader.adjacency();
  for (std::size_t vertex = 1; vertex < cell.output(); ++vertex) {
    reader.blank();
    cell.ops[vertex] = reader.operation();
  }
  reader.expect_end(cell.vertices == 2);
  switch (prune(cell)) {
    case Fault::NoPath:
      throw SpaceError(fmt::format("the nasbench101 cell {} has no path from input to output",
                                   evonas::quoted(text)));
    case Fault::TooManyEdges:
      throw SpaceError(
          fmt::format("the nasbench101 cell {} has {} edges on paths from input to "
                      "output, and at most {} are allowed",
                      evonas::quoted(text), cell.edges(), kMostEdges));
    case Fault::None:
      break;
  }
  return cell;
}

}  // namespace evonas::spaces::nasbench101
