#pragma once

#include <nlohmann/json_fwd.hpp>

#include "graph/graph.hpp"

namespace evonas::graph {

/// {"nodes": [{"name", "op", "inputs": [names], "attributes": {...}, "shape": [...]}], "outputs":
/// [names]}
nlohmann::json to_json(const Graph& graph);

/// Reads what to_json() writes. Shapes of network-grain graphs are inferred again, and a stored
/// shape that differs is an error. Throws GraphError naming the place ("nodes[3].inputs[1]") and
/// the fix.
Graph from_json(const nlohmann::json& json);

}  // namespace evonas::graph
