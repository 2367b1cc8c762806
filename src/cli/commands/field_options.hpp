#pragma once

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/fields.hpp"

namespace evonas::cli {

/// Turns each field of an options struct into an option of the command line, whose name may begin
/// with a prefix.
class OptionAdder {
 public:
  explicit OptionAdder(CLI::App& command, std::string prefix = {})
      : command_(command), prefix_(std::move(prefix)) {}

  template <class T>
  void operator()(std::string name, T& value, const char* help, const FieldRule& rule = {}) {
    std::replace(name.begin(), name.end(), '_', '-');
    CLI::Option* option =
        command_.add_option("--" + prefix_ + name, value, help)->capture_default_str();
    if constexpr (!std::is_same_v<T, std::string>) {
      option->check(CLI::Range(rule.minimum, rule.maximum));
    } else if (!rule.choices.empty()) {
      option->check(CLI::IsMember(rule.choices));
    }
  }

 private:
  CLI::App& command_;
  std::string prefix_;
};

}  // namespace evonas::cli
