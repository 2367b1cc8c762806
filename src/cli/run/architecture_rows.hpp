#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "spaces/network_input.hpp"
#include "spaces/search_space.hpp"

namespace evonas::cli {

/// Prints `count` architectures as CSV on stdout, in order, computed on the threads of the calling
/// TBB arena: architecture, key, params, macs, flops, and the space's annotations. `at` gives
/// architecture number i and is called from many threads.
void print_architectures(const spaces::AnySpace& space, const spaces::NetworkInput& input,
                         std::uint64_t count,
                         const std::function<spaces::Genotype(std::uint64_t)>& at);

}  // namespace evonas::cli
