#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/key.hpp"

namespace evonas {

/// Numbers keys in the order of their arrival, from 0. A flat table with open addressing: searches
/// on tables spend much of their time asking whether a key is known, and the nodes of a standard
/// container cost them twice as much. Reading is safe from many threads while nobody inserts.
class KeyIndex {
 public:
  KeyIndex() : slots_(kFirstSlots, 0) {}

  std::size_t size() const { return keys_.size(); }

  std::optional<std::size_t> find(const Key& key) const {
    const std::uint32_t entry = slots_[slot_of(key)];
    if (entry == 0) return std::nullopt;
    return entry - 1;
  }

  bool contains(const Key& key) const { return slots_[slot_of(key)] != 0; }

  /// The number of the key, and whether it is new. Holds up to 2^31 keys.
  std::pair<std::size_t, bool> insert(const Key& key) {
    std::size_t slot = slot_of(key);
    if (slots_[slot] != 0) return {slots_[slot] - 1, false};
    if (2 * (keys_.size() + 1) > slots_.size()) {
      grow();
      slot = slot_of(key);
    }
    keys_.push_back(key);
    slots_[slot] = static_cast<std::uint32_t>(keys_.size());
    return {keys_.size() - 1, true};
  }

 private:
  static constexpr std::size_t kFirstSlots = 64;

  /// Where the key is or would be.
  std::size_t slot_of(const Key& key) const {
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t mixed = (key.low ^ (key.high >> 1)) * 0x9e3779b97f4a7c15U;
    std::size_t slot = (mixed >> 32) & mask;
    while (slots_[slot] != 0 && keys_[slots_[slot] - 1] != key) slot = (slot + 1) & mask;
    return slot;
  }

  void grow() {
    slots_.assign(2 * slots_.size(), 0);
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      slots_[slot_of(keys_[i])] = static_cast<std::uint32_t>(i + 1);
    }
  }

  std::vector<std::uint32_t> slots_;  ///< number of a key plus one, or 0; a power of two of them
  std::vector<Key> keys_;
};

}  // namespace evonas
