#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/fields.hpp"

namespace evonas::yaml {

/// The shapes a field of an options struct can have (see base/fields.hpp).
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsOneOrMore = false;
template <class T>
inline constexpr bool kIsOneOrMore<OneOrMore<T>> = true;

template <class T>
inline constexpr bool kIsOneOrNamed = false;
template <class T>
inline constexpr bool kIsOneOrNamed<OneOrNamed<T>> = true;

template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

template <class T>
inline constexpr bool kIsVariant = false;
template <class... T>
inline constexpr bool kIsVariant<std::variant<T...>> = true;

/// An options struct: whatever class is none of the others.
template <class T>
inline constexpr bool kIsSection =
    std::is_class_v<T> && !std::is_same_v<T, std::string> && !kIsOptional<T> && !kIsVector<T> &&
    !kIsOneOrMore<T> && !kIsOneOrNamed<T> && !kIsMap<T> && !kIsVariant<T>;

}  // namespace evonas::yaml
