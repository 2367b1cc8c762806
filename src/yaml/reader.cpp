#include "yaml/reader.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/nearest_name.hpp"

namespace evonas::yaml {
namespace {

void add(Findings& findings, const Node& node, const std::string& path, std::string message) {
  findings.add({node.place, path, std::move(message)});
}

/// The text of a plain scalar; nothing, and a fault, for anything else.
std::optional<std::string_view> plain(const Node& node, const std::string& path,
                                      std::string_view wanted, Findings& findings) {
  if (node.kind == Node::Kind::Scalar && !node.quoted) return node.text;
  const bool quoted = node.kind == Node::Kind::Scalar;
  add(findings, node, path,
      fmt::format("must be {}, not {}{}", wanted, node.what(), quoted ? " in quotes" : ""));
  return std::nullopt;
}

enum class NumberFault { None, NoNumber, TooLarge };

template <class T>
NumberFault parse_number(std::string_view text, T& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return NumberFault::NoNumber;
  }
  return error == std::errc() ? NumberFault::None : NumberFault::TooLarge;
}

/// A finite number, or nothing and a fault.
std::optional<double> finite(const Node& node, const std::string& path, std::string_view wanted,
                             Findings& findings) {
  const auto text = plain(node, path, wanted, findings);
  if (!text) return std::nullopt;
  double value = 0.0;
  const NumberFault fault = parse_number(*text, value);
  if (fault == NumberFault::TooLarge) {
    add(findings, node, path, fmt::format("must be {}, but {} is out of range", wanted, *text));
    return std::nullopt;
  }
  if (fault == NumberFault::NoNumber || !std::isfinite(value)) {
    add(findings, node, path, fmt::format("must be {}, not {}", wanted, node.what()));
    return std::nullopt;
  }
  return value;
}

bool in_range(const Node& node, const std::string& path, const FieldRule& rule, double value,
              Findings& findings) {
  if (value < rule.minimum) {
    add(findings, node, path, fmt::format("must be at least {}, not {}", rule.minimum, node.text));
    return false;
  }
  if (value > rule.maximum) {
    add(findings, node, path, fmt::format("must be at most {}, not {}", rule.maximum, node.text));
    return false;
  }
  return true;
}

/// Whole numbers may also be written as 1e6 or 20.0.
template <class T>
void read_whole(const Node& node, const std::string& path, const FieldRule& rule, T& value,
                Findings& findings) {
  constexpr double kLargestExact = 9007199254740992.0;  // 2^53
  T whole = 0;
  if (node.kind == Node::Kind::Scalar && !node.quoted &&
      parse_number(node.text, whole) == NumberFault::None) {
    if (in_range(node, path, rule, static_cast<double>(whole), findings)) value = whole;
    return;
  }
  const auto number = finite(node, path, "a whole number", findings);
  if (!number) return;
  if (std::is_unsigned_v<T> && *number < 0) {
    add(findings, node, path, fmt::format("must be at least 0, not {}", node.text));
  } else if (*number != std::floor(*number)) {
    add(findings, node, path, fmt::format("must be a whole number, not {}", node.text));
  } else if (std::abs(*number) > kLargestExact) {
    add(findings, node, path, fmt::format("is too large a number: {}", node.text));
  } else if (in_range(node, path, rule, *number, findings)) {
    value = static_cast<T>(*number);
  }
}

std::string nearest_hint(std::string_view text, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(text, names);
  return nearest.empty() ? "" : fmt::format(" (nearest: {})", nearest);
}

std::vector<std::string> sorted_names(const std::vector<Discriminator>& alternatives) {
  std::vector<std::string> names;
  for (const Discriminator& alternative : alternatives) {
    if (std::find(names.begin(), names.end(), alternative.name) == names.end()) {
      names.push_back(alternative.name);
    }
  }
  return names;
}

bool has_choice(const Discriminator& alternative, const std::string& text) {
  return alternative.choices.empty() ||
         std::find(alternative.choices.begin(), alternative.choices.end(), text) !=
             alternative.choices.end();
}

}  // namespace

void Findings::add(const std::string& path, std::string message) {
  std::string around = path;
  while (!around.empty() && !places_.contains(around)) {
    const std::size_t cut = around.find_last_of(".[");
    around.resize(cut == std::string::npos ? 0 : cut);
  }
  const auto found = places_.find(around);
  add({found == places_.end() ? Place{} : found->second, path, std::move(message)});
}

void Findings::check() const {
  if (!faults_.empty()) throw YamlError(faults_);
}

void read_value(const Node& node, const std::string& path, const FieldRule& /*rule*/, bool& value,
                Findings& findings) {
  const auto text = plain(node, path, "true or false", findings);
  if (!text) return;
  if (*text == "true" || *text == "false") {
    value = *text == "true";
  } else {
    add(findings, node, path, fmt::format("must be true or false, not {}", node.what()));
  }
}

void read_value(const Node& node, const std::string& path, const FieldRule& rule,
                std::int64_t& value, Findings& findings) {
  read_whole(node, path, rule, value, findings);
}

void read_value(const Node& node, const std::string& path, const FieldRule& rule,
                std::uint64_t& value, Findings& findings) {
  read_whole(node, path, rule, value, findings);
}

void read_value(const Node& node, const std::string& path, const FieldRule& rule, double& value,
                Findings& findings) {
  const auto number = finite(node, path, "a number", findings);
  if (number && in_range(node, path, rule, *number, findings)) value = *number;
}

void read_value(const Node& node, const std::string& path, const FieldRule& rule,
                std::string& value, Findings& findings) {
  if (node.kind != Node::Kind::Scalar) {
    add(findings, node, path, fmt::format("must be a text, not {}", node.what()));
    return;
  }
  const auto& choices = rule.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), node.text) == choices.end()) {
    add(findings, node, path,
        fmt::format("must be one of {}, not {}{}", fmt::join(choices, ", "), node.what(),
                    nearest_hint(node.text, choices)));
    return;
  }
  if (rule.check) {
    if (std::string fault = rule.check(node.text); !fault.empty()) {
      add(findings, node, path, std::move(fault));
      return;
    }
  }
  const bool is_path =
      rule.path && (rule.path_exception.empty() || !node.text.starts_with(rule.path_exception));
  if (is_path && !node.text.empty() && node.place.origin) {
    value = std::filesystem::absolute(node.place.origin->folder / node.text)
                .lexically_normal()
                .string();
  } else {
    value = node.text;
  }
}

bool is_mapping(const Node& node, const std::string& path, Findings& findings) {
  if (node.kind == Node::Kind::Mapping) return true;
  add(findings, node, path,
      fmt::format("must be a mapping of keys to values, not {}", node.what()));
  return false;
}

bool is_list(const Node& node, const std::string& path, Findings& findings) {
  if (node.kind == Node::Kind::Sequence) return true;
  add(findings, node, path,
      fmt::format("must be a list, not {}: write [...] or lines that begin with -", node.what()));
  return false;
}

bool is_name(const Node::Entry& entry, const std::string& path, Findings& findings) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  constexpr std::size_t kLongest = 64;
  const std::string& key = entry.key;
  const bool digit = !key.empty() && key.front() >= '0' && key.front() <= '9';
  if (!key.empty() && !digit && key.size() <= kLongest &&
      std::all_of(key.begin(), key.end(), letter)) {
    return true;
  }
  findings.add(
      {entry.place, path,
       fmt::format("\"{}\" is no name: use letters, digits and _", key.substr(0, kLongest))});
  return false;
}

void refuse_unknown_keys(const Node& node, const std::string& path,
                         const std::vector<std::string>& known, Findings& findings) {
  constexpr std::size_t kLongest = 60;
  for (const Node::Entry& entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const std::string nearest = nearest_name(entry.key, known);
    const std::string hint = nearest.empty() ? fmt::format("valid keys: {}", fmt::join(known, ", "))
                                             : fmt::format("nearest valid key: {}", nearest);
    findings.add(
        {entry.place,
         path.empty() ? entry.key.substr(0, kLongest) : path + "." + entry.key.substr(0, kLongest),
         fmt::format("is no known key ({})", hint)});
  }
}

std::optional<std::size_t> choose_alternative(Node& node, const std::string& path,
                                              const std::vector<Discriminator>& alternatives,
                                              Findings& findings) {
  const std::vector<std::string> names = sorted_names(alternatives);
  // A single value stands for the one first field that is a choice of words.
  std::set<std::string> words;
  for (const Discriminator& alternative : alternatives) {
    if (!alternative.choices.empty()) words.insert(alternative.name);
  }
  if (node.kind == Node::Kind::Scalar && words.size() == 1) {
    Node mapping{.kind = Node::Kind::Mapping, .place = node.place};
    mapping.entries.push_back({*words.begin(), node.place, std::move(node)});
    node = std::move(mapping);
  }
  if (!is_mapping(node, path, findings)) return std::nullopt;

  std::vector<std::string> present;
  for (const std::string& name : names) {
    if (node.find(name) != nullptr) present.push_back(name);
  }
  if (present.size() != 1) {
    std::string hint;
    for (const Node::Entry& entry : node.entries) {
      if (hint.empty()) hint = nearest_hint(entry.key, names);
    }
    add(findings, node, path,
        present.empty() ? fmt::format("needs one of the keys {}{}", fmt::join(names, ", "), hint)
                        : fmt::format("has {}: keep one of them", fmt::join(present, " and ")));
    return std::nullopt;
  }

  const Node& value = *node.find(present.front());
  std::vector<std::string> choices;
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (alternatives[i].name != present.front()) continue;
    if (has_choice(alternatives[i], value.text)) return i;
    choices.insert(choices.end(), alternatives[i].choices.begin(), alternatives[i].choices.end());
  }
  add(findings, value, path + "." + present.front(),
      fmt::format("must be one of {}, not {}{}", fmt::join(choices, ", "), value.what(),
                  nearest_hint(value.text, choices)));
  return std::nullopt;
}

}  // namespace evonas::yaml
