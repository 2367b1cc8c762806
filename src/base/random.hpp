#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace evonas {

/// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011).
///
/// A stream is named by what it is for, not by who runs it: (seed, purpose, generation, slot). The
/// same name gives the same numbers on any machine and for any number of threads, which is what
/// makes a parallel search repeatable. The distributions are our own because those of the standard
/// library differ between implementations. Cheap to construct; not to be shared between threads.
class Rng {
 public:
  using result_type = std::uint64_t;

  /// `purpose` is a fixed word such as "mutate"; `slot` must be below 2^32.
  Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t generation = 0,
      std::uint64_t slot = 0);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  /// How many times 64 bits have been drawn so far, and a stream that goes on as if so many had
  /// been.
  std::uint64_t drawn() const { return block_ / kBlocks * buffer_.size() - left_; }
  void seek(std::uint64_t drawn);

  /// 64 random bits.
  result_type operator()() {
    if (left_ == 0) refill();
    return buffer_[buffer_.size() - left_--];
  }

  /// A whole number in [0, bound), without bias; `bound` must be positive.
  std::uint64_t below(std::uint64_t bound);

  /// A real number in [0, 1) with 53 random bits.
  double uniform();

  /// A standard normal number (Box-Muller).
  double normal();

  /// True with the given probability.
  bool chance(double probability) { return uniform() < probability; }

  /// Puts `items` into a uniformly random order (Fisher-Yates).
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  /// Two at once take hardly longer than one, which is a single chain of multiplications.
  static constexpr std::size_t kBlocks = 2;

  void refill();

  std::uint64_t key_;
  std::uint64_t generation_;
  std::uint32_t slot_;
  std::uint32_t block_ = 0;
  std::array<std::uint64_t, 2 * kBlocks> buffer_{};
  std::size_t left_ = 0;
};

/// A seed for an independent family of streams, such as one per architecture.
std::uint64_t derive_seed(std::uint64_t seed, std::string_view purpose, std::uint64_t index);

}  // namespace evonas
