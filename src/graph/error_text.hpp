#pragma once

#include <string>
#include <string_view>

#include "graph/graph.hpp"

namespace evonas::graph {

/// `text` fit for an error message: control characters become '?', and what is longer than 80
/// characters is cut.
std::string printable(std::string_view text);

/// printable(text) between single quotes.
std::string in_quotes(std::string_view text);

/// "the number 3", "the text 'valid'", "the list [1, 1]".
std::string describe(const Attribute& attribute);

/// "node 'conv_1' (Conv of 3x32x32)": the start of every message about one node.
std::string describe(const Graph& graph, NodeId id);

}  // namespace evonas::graph
