#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/fields.hpp"
#include "base/json.hpp"
#include "yaml/field_types.hpp"

namespace evonas::config {

/// What a field of an options struct is, as plain data: one description of all sections serves the
/// JSON schema and the option tables.
struct Description {
  enum class Kind {
    Boolean,
    Whole,
    Number,
    Text,
    List,
    OneOrMore,
    OneOrNamed,
    Names,
    Alternatives,
    Section
  };

  std::string name;
  std::string help;
  FieldRule rule;
  Kind kind = Kind::Section;
  bool optional = false;         ///< may be absent, and then means nothing rather than a default
  nlohmann::json default_value;  ///< of scalars, and of one value or more, or for all
  /// Fields of a section; the alternatives of a choice; one element of a list, of one value or
  /// more, of one for all or for each name, or of a mapping from names.
  std::vector<Description> children;
};

/// Visitor of `fields` that describes them.
class Describer {
 public:
  template <class T, class... Initial>
  void operator()(const char* name, T& value, const char* help, FieldRule rule = {},
                  const Initial&... /*initial*/) {
    Description field = describe(value);
    field.name = name;
    field.help = help;
    field.rule = std::move(rule);
    fields_.push_back(std::move(field));
  }

  /// Describes one value of any field type.
  template <class T>
  static Description describe(T& value) {
    using Kind = Description::Kind;
    Description result;
    if constexpr (yaml::kIsOptional<T>) {
      typename T::value_type inner{};
      result = describe(inner);
      result.optional = true;
    } else if constexpr (yaml::kIsVector<T>) {
      typename T::value_type item{};
      result.kind = Kind::List;
      result.children.push_back(describe(item));
    } else if constexpr (yaml::kIsOneOrMore<T>) {
      typename decltype(value.values)::value_type item{};
      result.kind = Kind::OneOrMore;
      result.children.push_back(describe(item));
      if (value.values.size() == 1) result.default_value = item = value.values.front();
    } else if constexpr (yaml::kIsOneOrNamed<T>) {
      auto item = value.one;
      result.kind = Kind::OneOrNamed;
      result.children.push_back(describe(item));
      if (value.named.empty()) result.default_value = item;
    } else if constexpr (yaml::kIsMap<T>) {
      typename T::mapped_type item{};
      result.kind = Kind::Names;
      result.children.push_back(describe(item));
    } else if constexpr (yaml::kIsVariant<T>) {
      result.kind = Kind::Alternatives;
      add_alternatives(result, &value);
    } else if constexpr (yaml::kIsSection<T>) {
      Describer inner;
      value.fields(inner);
      result.children = std::move(inner.fields_);
    } else {
      result.kind = std::is_same_v<T, bool>          ? Kind::Boolean
                    : std::is_same_v<T, double>      ? Kind::Number
                    : std::is_same_v<T, std::string> ? Kind::Text
                                                     : Kind::Whole;
      result.default_value = value;
    }
    return result;
  }

 private:
  template <class... T>
  static void add_alternatives(Description& result, const std::variant<T...>* /*type*/) {
    const auto add = [&](auto options) { result.children.push_back(describe(options)); };
    (add(T{}), ...);
  }

  std::vector<Description> fields_;
};

/// Describes an options struct and everything in it.
template <class T>
Description describe() {
  const auto options = std::make_unique<T>();  // GCC 12 takes large ones on the stack for unset
  return Describer::describe(*options);
}

/// A JSON schema (draft 2020-12) of YAML files that hold `section`, from which editors complete and
/// check.
nlohmann::ordered_json json_schema(const Description& section, std::string_view title);

/// Markdown tables of every option of `section`: key, default, meaning with range or choices.
std::string option_tables(const Description& section);

/// One such table of the fields of `section` alone, without what stands inside them.
std::string field_table(const Description& section);

}  // namespace evonas::config
