#pragma once

#include <string>
#include <string_view>

namespace evonas {

/// A field of a CSV file by RFC 4180: between quotes where it has commas, quotes or line ends, and
/// with its quotes doubled.
std::string csv_field(std::string_view text);

}  // namespace evonas
