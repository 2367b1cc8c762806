#include "base/random.hpp"

#include <cmath>
#include <numbers>

namespace evonas {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t x) {  // the finaliser of SplitMix64
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

std::uint64_t hash_word(std::string_view word) {  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

using Counter = std::array<std::uint32_t, 4>;

Counter philox_round(const Counter& counter, std::uint32_t key0, std::uint32_t key1) {
  const std::uint64_t product0 = 0xD2511F53ULL * counter[0];
  const std::uint64_t product1 = 0xCD9E8D57ULL * counter[2];
  return {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key0,
          static_cast<std::uint32_t>(product1),
          static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key1,
          static_cast<std::uint32_t>(product0)};
}

}  // namespace

Rng::Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t generation, std::uint64_t slot)
    : key_(mix(mix(seed) ^ hash_word(purpose))),
      generation_(generation),
      slot_(static_cast<std::uint32_t>(slot)) {}

void Rng::seek(std::uint64_t drawn) {
  const std::size_t used = drawn % buffer_.size();
  block_ = static_cast<std::uint32_t>(drawn / buffer_.size() * kBlocks);
  left_ = 0;
  if (used == 0) return;
  refill();
  left_ -= used;
}

void Rng::refill() {
  std::array<Counter, kBlocks> counters;
  for (Counter& counter : counters) {
    counter = {block_++, slot_, static_cast<std::uint32_t>(generation_),
               static_cast<std::uint32_t>(generation_ >> 32)};
  }
  auto key0 = static_cast<std::uint32_t>(key_);
  auto key1 = static_cast<std::uint32_t>(key_ >> 32);
  for (int round = 0; round < 10; ++round) {
    for (Counter& counter : counters) counter = philox_round(counter, key0, key1);
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  for (std::size_t i = 0; i < kBlocks; ++i) {
    const Counter& words = counters[i];
    buffer_[2 * i] = (std::uint64_t{words[0]} << 32) | words[1];
    buffer_[2 * i + 1] = (std::uint64_t{words[2]} << 32) | words[3];
  }
  left_ = buffer_.size();
}

std::uint64_t Rng::below(std::uint64_t bound) {
  // Lemire, "Fast random integer generation in an interval", 2019.
  Wide product = Wide{(*this)()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = Wide{(*this)()} * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double Rng::uniform() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

double Rng::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::uint64_t derive_seed(std::uint64_t seed, std::string_view purpose, std::uint64_t index) {
  return Rng(seed, purpose, index)();
}

}  // namespace evonas
