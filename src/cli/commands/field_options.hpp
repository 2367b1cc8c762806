#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/fields.hpp"
#include "yaml/field_types.hpp"

namespace evonas::cli {

/// Turns each field of an options struct, which may be std::optional, into an option of the command
/// line, whose name may begin with a prefix.
class OptionAdder {
 public:
  explicit OptionAdder(CLI::App& command, std::string prefix = {})
      : command_(command), prefix_(std::move(prefix)) {}

  template <class T>
  void operator()(std::string name, T& value, const char* help, const FieldRule& rule = {}) {
    std::replace(name.begin(), name.end(), '_', '-');
    const std::string flag = "--" + prefix_ + name;
    if constexpr (yaml::kIsOptional<T>) {
      using Item = typename T::value_type;
      const auto take = [&value](const Item& given) { value = given; };
      check<Item>(*command_.add_option_function<Item>(flag, take, help), rule);
    } else {
      check<T>(*command_.add_option(flag, value, help)->capture_default_str(), rule);
    }
  }

 private:
  template <class T>
  static void check(CLI::Option& option, const FieldRule& rule) {
    if constexpr (!std::is_same_v<T, std::string>) {
      option.check(CLI::Range(rule.minimum, rule.maximum));
    } else if (!rule.choices.empty()) {
      option.check(CLI::IsMember(rule.choices));
    } else if (rule.check) {
      option.check(rule.check);
    }
  }

  CLI::App& command_;
  std::string prefix_;
};

}  // namespace evonas::cli
