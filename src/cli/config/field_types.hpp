#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace evonas::config {

/// The shapes a field of an options struct can have (see base/fields.hpp).
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

/// An options struct: whatever class is none of the others.
template <class T>
inline constexpr bool is_section = std::is_class_v<T> && !std::is_same_v<T, std::string> &&
                                   !is_optional<T> && !is_vector<T> && !is_map<T> && !is_variant<T>;

}  // namespace evonas::config
