#include "predictor/models/batches.hpp"

#include <algorithm>
#include <numeric>

namespace evonas::predictor {
namespace {

constexpr std::size_t kSmallestBatch = 8;

}  // namespace

Batches::Batches(std::size_t count, std::size_t size, std::uint64_t seed)
    : order_(count), size_(std::min(size, count)), at_(count), rng_(seed, "order of labels") {
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
}

std::span<const std::int64_t> Batches::next() {
  const std::size_t least = std::min(kSmallestBatch, order_.size());
  if (order_.size() - at_ < least) {
    rng_.shuffle(std::span(order_));
    at_ = 0;
  }
  const std::size_t first = at_;
  at_ = std::min(order_.size(), at_ + size_);
  return std::span(order_).subspan(first, at_ - first);
}

}  // namespace evonas::predictor
