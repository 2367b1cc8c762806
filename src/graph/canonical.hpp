#pragma once

#include "base/key.hpp"
#include "graph/graph.hpp"

namespace evonas::graph {

/// Isomorphism-invariant identity of a graph at either grain: equal exactly when two graphs have
/// the same operators, attributes, shapes of inputs, edges (with operand positions where the
/// operator cares: Sub, Div, Concat, ...; order of operands is ignored elsewhere) and outputs,
/// whatever the order and names of their nodes. Dead nodes count; prune first where they should
/// not.
///
/// Colour refinement followed by individualisation with automorphism pruning (McKay and Piperno,
/// "Practical graph isomorphism, II", 2014). Throws GraphError after a bounded number of branches,
/// which graphs of neural networks do not come near.
Key canonical_key(const Graph& graph);

}  // namespace evonas::graph
