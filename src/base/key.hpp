#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

struct XXH3_state_s;

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

/// The key of a description that arrives in parts: the same as Key::of() of all of them joined.
class KeyStream {
 public:
  KeyStream();
  void add(std::string_view bytes);
  /// Numbers as they lie in memory.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void add(std::span<const Number> numbers) {
    add(std::string_view(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()));
  }
  Key key() const;

 private:
  struct Release {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, Release> state_;
};

}  // namespace evonas

template <>
struct std::hash<evonas::Key> {
  std::size_t operator()(const evonas::Key& key) const noexcept {
    return static_cast<std::size_t>(key.low);
  }
};
