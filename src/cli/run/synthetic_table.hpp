#pragma once

#include <memory>

#include "evaluation/table/benchmark_table.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// A table of all NAS-Bench-201 cells with made-up labels, `error` and `latency`, both to be
/// minimised and in conflict: for measuring the machinery where no benchmark data is at hand. The
/// same on every machine.
std::shared_ptr<const evaluation::BenchmarkTable> make_synthetic_table(
    const spaces::AnySpace& nasbench201);

}  // namespace evonas::cli
