#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include <torch/types.h>

#include "predictor/models/encoded_graphs.hpp"
#include "predictor/models/placement.hpp"

namespace evonas::predictor {

/// Scores graphs with the network of that device (its number in Placement::devices), where they
/// are: one number a graph, or graphs x columns. Safe from many threads.
using GraphScorer = std::function<torch::Tensor(std::size_t device, const GraphBatch& graphs)>;

/// Scores a block of `count` graphs: those of the first, then those of the second and so on,
/// `columns` numbers each. `on_cpu` graphs at once fill the cache of a processor; on a GPU they are
/// more (Placement::chunk()). Which graphs are scored together, and so how scores are rounded,
/// follows from the block alone (length_parts.hpp), never from threads or from how many devices
/// there are: part number n is the business of device n modulo their count.
///
/// On one processor every thread of the arena that the caller is in encodes and scores parts. A
/// GPU, or each of several devices, has a thread of its own that runs the network, while the arena
/// writes the next part to memory of which each device has two pieces.
///
/// Throws what `encode` and `score` throw. Safe from many threads.
std::vector<float> score_graphs(const Placement& placement, std::size_t count,
                                const GraphEncoder& encode, const GraphScorer& score,
                                std::size_t on_cpu, std::size_t columns = 1);

}  // namespace evonas::predictor
