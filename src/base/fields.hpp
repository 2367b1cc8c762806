#pragma once

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace evonas {

/// A field that takes one value or a list of values: `kernel: 3`, or `kernel: [3, 5]`.
template <class T>
struct OneOrMore {
  std::vector<T> values;

  bool operator==(const OneOrMore&) const = default;
};

/// A field that takes one value for all, or one for each of some names: `predictor: gp`, or
/// `predictor: {accuracy: evonas, latency_ms: gp}`.
template <class T>
struct OneOrNamed {
  T one{};
  std::map<std::string, T> named{};  ///< where there are any, `one` means nothing

  bool operator==(const OneOrNamed&) const = default;

  /// The value for that name; null where only others have one.
  const T* of(const std::string& name) const {
    if (named.empty()) return &one;
    const auto found = named.find(name);
    return found == named.end() ? nullptr : &found->second;
  }
};

/// What a configuration field accepts beyond its type.
struct FieldRule {
  /// Numbers lie in [minimum, maximum].
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  /// Strings are one of these, where there are any.
  std::vector<std::string> choices;
  /// The field must be given.
  bool required = false;
  /// The string names a file or folder; a relative one counts from the folder of the file it stands
  /// in.
  bool path = false;
  /// What begins with this is no path, where it is not empty.
  std::string path_exception;
  /// What is wrong with a string ("is no ..."); empty where nothing is.
  std::function<std::string(const std::string&)> check;
};

inline FieldRule at_least(double minimum) { return {.minimum = minimum}; }
inline FieldRule between(double minimum, double maximum) {
  return {.minimum = minimum, .maximum = maximum};
}
inline FieldRule one_of(std::vector<std::string> choices) {
  return {.choices = std::move(choices)};
}
inline FieldRule file_path(std::string exception = {}) {
  return {.path = true, .path_exception = std::move(exception)};
}
inline FieldRule checked(std::function<std::string(const std::string&)> check) {
  return {.check = std::move(check)};
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
/// list. Field types: bool, std::int64_t, std::uint64_t, double, std::string; structs with a
/// `fields` member of their own; std::vector, OneOrMore, OneOrNamed and std::optional of these;
/// std::map from names to these; and std::variant of structs, told apart by which one's first field
/// is present (and has one of that field's choices). Fields shared by structs are listed by calling
/// the `fields` member of the shared one.

}  // namespace evonas
