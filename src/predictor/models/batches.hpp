#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"

namespace evonas::predictor {

/// Batches of the numbers below `count`, in every epoch in a new order. A rest of fewer than eight
/// waits for the next epoch.
class Batches {
 public:
  Batches(std::size_t count, std::size_t size, std::uint64_t seed);

  /// The next batch, until the next call.
  std::span<const std::int64_t> next();

 private:
  std::vector<std::int64_t> order_;
  std::size_t size_;
  std::size_t at_;
  Rng rng_;
};

}  // namespace evonas::predictor
