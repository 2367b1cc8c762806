#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spaces/declared/declaration.hpp"

namespace evonas::spaces::declared {

/// The operations that declarations are made of.
enum class Operation {
  Identity,          ///< nothing; a 1x1 convolution and normalisation where width or stride change
  Conv,              ///< convolution, normalisation, activation
  PreactConv,        ///< activation, convolution, normalisation
  Separable,         ///< depthwise and 1x1 convolution, each with normalisation and activation
  InvertedResidual,  ///< Sandler et al., CVPR 2018
  Basic,             ///< He et al., CVPR 2016: two convolutions and a shortcut
  Bottleneck,        ///< He et al., CVPR 2016: 1x1, kernel, 1x1 and a shortcut
  MaxPool,  ///< pooling; a 1x1 convolution and normalisation behind where the width changes
  AveragePool,
  GlobalPool,  ///< head only
  Flatten,     ///< head only: the features of all pixels, one behind the other
  Linear,      ///< head only: linear layer and activation on features, pooled where they are images
  None,        ///< edges of cells only: no connection
  Cell,        ///< a cell of the declaration
  Sum,         ///< of what reaches a node of a cell
  Concat,      ///< likewise
};

/// What an operation reads of its settings.
enum Reads : unsigned {
  kNothing = 0,
  kKernel = 1,
  kExpansion = 2,
  kGroups = 4,
  kDilation = 8,
  kSqueeze = 16,
  kActivation = 32,
  kPadding = 64,
  kNormalization = 128,
};

/// An operation that declarations can name.
struct OperationWord {
  std::string_view word;
  Operation operation = Operation::Identity;
  unsigned reads = kNothing;
  std::string_view op;  ///< in graphs at cell grain
};

/// Every operation; those without a word cannot be named.
const OperationWord& operation_word(Operation operation);

/// The words that may stand in a place.
enum class Position { Stem, Stage, Head, Edge, Node };
std::vector<std::string> words_for(Position position);

/// Which bit of Reads a setting of that name needs.
unsigned reads_of_setting(std::string_view name);

/// What a word means in a declaration.
struct Meaning {
  Operation operation = Operation::Identity;
  const NamedOperation* named = nullptr;  ///< of the user's words
  const Cell* cell = nullptr;             ///< of names of cells
  std::string word;
};

/// The meaning of every word that the declaration can use. Refers to the declaration, which must
/// stay where it is. User words that mean nothing are left out.
std::map<std::string, Meaning, std::less<>> meanings(const Declaration& declaration);

/// Edges of a cell, in the order of their genes: by the node they lead to, then by where they come
/// from.
struct Edge {
  std::size_t source = 0;
  std::size_t target = 0;
  auto operator<=>(const Edge&) const = default;
};

/// "0-1" read as an edge; nothing where it is none.
std::optional<Edge> parse_edge(std::string_view text);

std::vector<Edge> edges_of(const Cell& cell);

}  // namespace evonas::spaces::declared
