#pragma once

#include <span>
#include <string>
#include <string_view>

namespace evonas {

/// The one of `names` that a person most likely meant by `text` (optimal string alignment distance,
/// upper and lower case taken as equal; the earlier one of equals); empty where none is close: more
/// than a third of its characters differ.
std::string nearest_name(std::string_view text, std::span<const std::string> names);

/// What to tell a person who wrote `text`, which is none of `names`: "nearest: NAME", or "known: A,
/// B, C" where none is close.
std::string nearest_or_known(std::string_view text, std::span<const std::string> names);

}  // namespace evonas
