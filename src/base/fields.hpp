#pragma once

#include <limits>
#include <string>
#include <vector>

namespace evonas {

/// What a configuration field accepts beyond its type. Numbers are checked against [minimum,
/// maximum], strings against `choices` when there are any.
struct FieldRule {
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices;
  bool required = false;
};

inline FieldRule at_least(double minimum) { return {.minimum = minimum}; }
inline FieldRule between(double minimum, double maximum) {
  return {.minimum = minimum, .maximum = maximum};
}
inline FieldRule one_of(std::vector<std::string> choices) {
  return {.choices = std::move(choices)};
}
inline FieldRule required(FieldRule rule = {}) {
  rule.required = true;
  return rule;
}

/// An options struct lists its fields once, in a member
///
///     template <class Visitor> void fields(Visitor& visit) {
///       visit("epochs", epochs, "passes over the training split", at_least(1));
///     }
///
/// and parsing, defaults, `config show`, the JSON schema and the option tables all follow from that
/// list. Field types: bool, std::int64_t, std::uint64_t, double, std::string, std::vector of these,
/// std::optional of these, and structs with a `fields` member of their own.

}  // namespace evonas
