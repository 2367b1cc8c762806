#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evonas::evaluation {

/// The name of a table's metric in its parts: `quantity[@epochs][#seed]`. "cifar10_val@200#777" is
/// the quantity cifar10_val after a training of 200 epochs with seed 777; without a seed it is the
/// mean over seeds or what the benchmark says of the architecture, without epochs it has no
/// fidelity ("params").
struct MetricName {
  std::string quantity;                ///< letters, digits and underscores, no digit first
  std::optional<std::int64_t> epochs;  ///< 1 to 1,000,000,000
  std::optional<std::uint64_t> seed;   ///< up to 2^63 - 1

  /// Nothing where `text` is no name, or spells a number otherwise than to_string() does.
  static std::optional<MetricName> parse(std::string_view text);
  std::string to_string() const;

  auto operator<=>(const MetricName&) const = default;
};

}  // namespace evonas::evaluation
