#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/fields.hpp"
#include "base/json.hpp"
#include "yaml/field_types.hpp"

namespace evonas::cli {

/// Sections, those that may be absent included.
template <class T>
inline constexpr bool kIsInner = yaml::kIsSection<T>;
template <class T>
inline constexpr bool kIsInner<std::optional<T>> = yaml::kIsSection<T>;

/// Turns the fields of a configuration file that are a value or a list of values into options of
/// the command line, each of which means what "--set FIELD=VALUE" does: one reader checks them all.
class OverrideAdder {
 public:
  /// `overrides` receives what is given, and lives as long as the command. An option is called as
  /// its field, or as `names` has it.
  OverrideAdder(CLI::App& command, std::vector<std::string>& overrides,
                std::map<std::string, std::string> names)
      : command_(command), overrides_(overrides), names_(std::move(names)) {}

  template <class T>
  void operator()(const std::string& name, T& value, const char* help, const FieldRule& rule = {}) {
    if constexpr (yaml::kIsVector<T>) {
      using Item = typename T::value_type;
      if constexpr (!yaml::kIsSection<Item>) add_list<Item>(name, help);
    } else if constexpr (kIsInner<T>) {
      // Its fields are given as "--set FIELD.FIELD=VALUE".
    } else if constexpr (std::is_same_v<T, bool>) {
      command_.add_flag_function(
          flag(name),
          [&overrides = overrides_, name](std::int64_t) { overrides.push_back(name + "=true"); },
          help);
    } else {
      CLI::Option* option = command_.add_option_function<std::string>(
          flag(name),
          [&overrides = overrides_, name](const std::string& text) {
            overrides.push_back(name + "=" + yaml_of<T>(text));
          },
          help);
      if (rule.path) option->type_name("FILE");
      if constexpr (std::is_same_v<T, std::int64_t>) option->type_name("INT");
      if constexpr (!yaml::kIsOptional<T>) option->default_str(fmt::format("{}", value));
    }
  }

 private:
  template <class Item>
  void add_list(const std::string& name, const char* help) {
    const auto take = [&overrides = overrides_, name](const std::vector<std::string>& texts) {
      std::vector<std::string> items;
      for (const std::string& text : texts) items.push_back(yaml_of<Item>(text));
      overrides.push_back(fmt::format("{}=[{}]", name, fmt::join(items, ", ")));
    };
    command_.add_option_function<std::vector<std::string>>(flag(name), take, help)
        ->type_name("LIST")
        ->delimiter(',')
        ->allow_extra_args(false);
  }

  std::string flag(const std::string& name) const {
    const auto renamed = names_.find(name);
    std::string word = renamed == names_.end() ? name : renamed->second;
    std::replace(word.begin(), word.end(), '_', '-');
    return "--" + word;
  }

  /// Numbers as they are given, texts in quotes.
  template <class T>
  static std::string yaml_of(const std::string& text) {
    return std::is_same_v<T, std::int64_t> ? text : nlohmann::json(text).dump();
  }

  CLI::App& command_;
  std::vector<std::string>& overrides_;
  std::map<std::string, std::string> names_;
};

}  // namespace evonas::cli
