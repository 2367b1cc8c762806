#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "spaces/search_space.hpp"

namespace evonas::predictor {

/// `count` random architectures of a space, some of which may be the same. Number i follows from
/// the random stream (seed, purpose, i) alone, so that fewer are the first of more. Throws
/// SpaceError where the space is faulty. Safe from many threads.
std::vector<spaces::Genotype> random_architectures(const spaces::AnySpace& space, std::size_t count,
                                                   std::uint64_t seed, std::string_view purpose);

}  // namespace evonas::predictor
