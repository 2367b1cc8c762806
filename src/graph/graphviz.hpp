#pragma once

#include <string>
#include <string_view>

namespace evonas::graph {

/// What `dot -Tsvg` writes for a DOT source. Runs the program without a shell and waits for it.
/// Throws GraphError where it is missing, cannot be run, or refuses the source. Safe to call from
/// many threads.
std::string run_graphviz(std::string_view dot);

/// The SVG element of a Graphviz document: no prologue, comments or ids, so that any number of them
/// can stand in one HTML page.
std::string inline_svg(std::string_view document);

}  // namespace evonas::graph
