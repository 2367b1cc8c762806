#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/fields.hpp"
#include "yaml/document.hpp"
#include "yaml/fault.hpp"
#include "yaml/field_types.hpp"

namespace evonas::yaml {

/// What reading has found out: faults, and where every value stands, for checks that come later.
class Findings {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  /// A fault of the value at `path`, or of the nearest value around it where it was not given.
  void add(const std::string& path, std::string message);

  void remember(const std::string& path, const Place& place) { places_[path] = place; }
  bool given(const std::string& path) const { return places_.contains(path); }

  const std::vector<Fault>& faults() const { return faults_; }
  /// Throws YamlError unless nothing is wrong.
  void check() const;

 private:
  std::vector<Fault> faults_;
  std::map<std::string, Place> places_;
};

/// First field of an options struct, by which alternatives of a variant are told apart.
struct Discriminator {
  std::string name;
  std::vector<std::string> choices;
};

namespace detail {

struct FirstField {
  Discriminator found;
  template <class T, class... Initial>
  void operator()(const char* name, T& /*value*/, const char* /*help*/, FieldRule rule = {},
                  const Initial&... /*initial*/) {
    if (found.name.empty()) found = {name, std::move(rule.choices)};
  }
};

template <class T>
Discriminator discriminator() {
  T options;
  FirstField first;
  options.fields(first);
  return first.found;
}

template <class... T>
std::vector<Discriminator> discriminators(const std::variant<T...>* /*type*/) {
  return {discriminator<T>()...};
}

/// Puts the default of alternative `index` into a variant.
template <std::size_t I = 0, class... T>
void emplace(std::variant<T...>& value, std::size_t index) {
  if constexpr (I < sizeof...(T)) {
    if (index == I) {
      value.template emplace<I>();
    } else {
      emplace<I + 1>(value, index);
    }
  }
}

}  // namespace detail

/// The values of YAML nodes, checked against a rule. What does not fit is added to `findings`, and
/// `value` stays as it was.
void read_value(const Node& node, const std::string& path, const FieldRule& rule, bool& value,
                Findings& findings);
void read_value(const Node& node, const std::string& path, const FieldRule& rule,
                std::int64_t& value, Findings& findings);
void read_value(const Node& node, const std::string& path, const FieldRule& rule,
                std::uint64_t& value, Findings& findings);
void read_value(const Node& node, const std::string& path, const FieldRule& rule, double& value,
                Findings& findings);
void read_value(const Node& node, const std::string& path, const FieldRule& rule,
                std::string& value, Findings& findings);

/// Whether `node` is of that kind; adds a fault otherwise.
bool is_mapping(const Node& node, const std::string& path, Findings& findings);
bool is_list(const Node& node, const std::string& path, Findings& findings);
/// Whether `key` can name something; adds a fault otherwise.
bool is_name(const Node::Entry& entry, const std::string& path, Findings& findings);

/// A fault for each key of `node` that is not among `known`.
void refuse_unknown_keys(const Node& node, const std::string& path,
                         const std::vector<std::string>& known, Findings& findings);

/// The alternative that a mapping means, or nothing and a fault. `node` becomes a mapping where a
/// single value stands for the first field.
std::optional<std::size_t> choose_alternative(Node& node, const std::string& path,
                                              const std::vector<Discriminator>& alternatives,
                                              Findings& findings);

/// Visitor of `fields` that fills an options struct from a mapping. Fields that are not given keep
/// their values. Every fault is collected; nothing is thrown.
class Reader {
 public:
  /// `path` is that of `mapping`, empty for the whole file.
  Reader(const Node& mapping, std::string path, Findings& findings)
      : mapping_(mapping), path_(std::move(path)), findings_(findings) {}

  /// `initial` is what the fields of an optional section start from.
  template <class T, class... Initial>
  void operator()(const char* name, T& value, const char* /*help*/, const FieldRule& rule = {},
                  const Initial&... initial) {
    known_.emplace_back(name);
    const std::string path = path_.empty() ? name : path_ + "." + name;
    const Node* node = mapping_.find(name);
    if (node != nullptr) {
      read(*node, path, rule, value, initial...);
    } else if (rule.required) {
      findings_.add({mapping_.place, path, "is missing"});
    }
  }

  /// Refuses the keys that no field has; to be called when all fields have been visited.
  void finish() { refuse_unknown_keys(mapping_, path_, known_, findings_); }

 private:
  template <class T, class... Initial>
  void read(const Node& node, const std::string& path, const FieldRule& rule, T& value,
            const Initial&... initial) {
    findings_.remember(path, node.place);
    if constexpr (kIsOptional<T>) {
      typename T::value_type inner(initial...);
      read(node, path, rule, inner);
      value = std::move(inner);
    } else if constexpr (kIsVector<T>) {
      read_list(node, path, rule, value);
    } else if constexpr (kIsOneOrMore<T>) {
      read_one_or_more(node, path, rule, value);
    } else if constexpr (kIsOneOrNamed<T>) {
      read_one_or_named(node, path, rule, value);
    } else if constexpr (kIsMap<T>) {
      read_map(node, path, rule, value);
    } else if constexpr (kIsVariant<T>) {
      read_variant(node, path, value);
    } else if constexpr (kIsSection<T>) {
      read_section(node, path, value);
    } else {
      read_value(node, path, rule, value, findings_);
    }
  }

  template <class T>
  void read_list(const Node& node, const std::string& path, const FieldRule& rule,
                 std::vector<T>& list) {
    if (!is_list(node, path, findings_)) return;
    list.clear();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      T item{};
      read(node.items[i], path + "[" + std::to_string(i) + "]", rule, item);
      list.push_back(std::move(item));
    }
  }

  /// Values that do not fit are left out.
  template <class T>
  void read_one_or_more(const Node& node, const std::string& path, const FieldRule& rule,
                        OneOrMore<T>& choice) {
    choice.values.clear();
    const auto read_one = [&](const Node& item, const std::string& item_path) {
      T value{};
      const std::size_t faults = findings_.faults().size();
      read(item, item_path, rule, value);
      if (findings_.faults().size() == faults) choice.values.push_back(std::move(value));
    };
    if (node.kind != Node::Kind::Sequence) {
      read_one(node, path);
    } else if (node.items.empty()) {
      findings_.add({node.place, path, "is an empty list: give at least one value"});
    } else {
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        read_one(node.items[i], path + "[" + std::to_string(i) + "]");
      }
    }
  }

  template <class T>
  void read_one_or_named(const Node& node, const std::string& path, const FieldRule& rule,
                         OneOrNamed<T>& choice) {
    choice.named.clear();
    if (node.kind != Node::Kind::Mapping) {
      read(node, path, rule, choice.one);
    } else if (node.entries.empty()) {
      findings_.add({node.place, path, "is an empty mapping: give a value for all, or by name"});
    } else {
      read_map(node, path, rule, choice.named);
    }
  }

  template <class T>
  void read_map(const Node& node, const std::string& path, const FieldRule& rule,
                std::map<std::string, T>& map) {
    if (!is_mapping(node, path, findings_)) return;
    map.clear();
    for (const Node::Entry& entry : node.entries) {
      if (!is_name(entry, path, findings_)) continue;
      read(entry.value, path + "." + entry.key, rule, map[entry.key]);
    }
  }

  template <class T>
  void read_variant(const Node& node, const std::string& path, T& value) {
    Node mapping = node;
    const auto alternative = choose_alternative(
        mapping, path, detail::discriminators(static_cast<T*>(nullptr)), findings_);
    if (!alternative) return;
    detail::emplace(value, *alternative);
    std::visit([&](auto& chosen) { read_section(mapping, path, chosen); }, value);
  }

  template <class T>
  void read_section(const Node& node, const std::string& path, T& section) {
    if (!is_mapping(node, path, findings_)) return;
    Reader inner(node, path, findings_);
    section.fields(inner);
    inner.finish();
  }

  const Node& mapping_;
  std::string path_;
  Findings& findings_;
  std::vector<std::string> known_;
};

/// Fills `options` from a whole document.
template <class T>
void read_options(const Document& document, T& options, Findings& findings) {
  findings.remember("", document.root.place);
  for (const Fault& fault : document.faults) findings.add(fault);
  Reader reader(document.root, "", findings);
  options.fields(reader);
  reader.finish();
}

/// The options of a whole document after every one of `overrides`, as apply_override() takes them;
/// relative paths in these count from the current folder.
template <class T>
T read_overridden(Document document, std::span<const std::string> overrides, Findings& findings) {
  for (const std::string& assignment : overrides) {
    apply_override(document, assignment, std::filesystem::current_path());
  }
  T options;
  read_options(document, options, findings);
  return options;
}

}  // namespace evonas::yaml
