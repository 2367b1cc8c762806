#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace evonas {

/// 128-bit identity of a network: two networks are the same if and only if their keys are equal (a
/// collision within a billion networks has a probability below 1e-20).
struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Key&) const = default;

  /// The key of a canonical description (XXH3, 128 bits; the same on every machine).
  static Key of(std::string_view bytes);

  /// 32 lower-case hexadecimal digits.
  std::string hex() const;
};

}  // namespace evonas

template <>
struct std::hash<evonas::Key> {
  std::size_t operator()(const evonas::Key& key) const noexcept {
    return static_cast<std::size_t>(key.low);
  }
};
