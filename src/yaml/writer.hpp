#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/fields.hpp"
#include "yaml/field_types.hpp"

namespace evonas::yaml {

/// A value as YAML reads it back, the same bytes everywhere: numbers shortest-exact, texts plain
/// where that is unambiguous and in double quotes elsewhere.
std::string scalar(bool value);
std::string scalar(std::int64_t value);
std::string scalar(std::uint64_t value);
std::string scalar(double value);
std::string scalar(const std::string& value);

/// Visitor of `fields` that writes an options struct as YAML, every default included; reading it
/// gives the same options again. With comments, the help of a field stands above it.
class Writer {
 public:
  explicit Writer(bool comments) : comments_(comments) {}

  template <class T, class... Initial>
  void operator()(const char* name, T& value, const char* help, const FieldRule& /*rule*/ = {},
                  const Initial&... /*initial*/) {
    if constexpr (kIsOptional<T>) {
      if (value) write_field(name, *value, help);
    } else {
      write_field(name, value, help);
    }
  }

  const std::string& text() const { return text_; }

 private:
  template <class T>
  void write_field(std::string_view name, T& value, std::string_view help) {
    if (comments_ && !help.empty()) line("# " + std::string(help));
    write(std::string(name) + ":", value);
  }

  /// Writes `value` behind `head`, which is a key or the dash of a list.
  template <class T>
  void write(const std::string& head, T& value) {
    if constexpr (kIsVector<T>) {
      line(value.empty() ? head + " []" : head);
      for (auto& item : value) write_item(item);
    } else if constexpr (kIsOneOrMore<T>) {
      if (value.values.size() == 1) {
        write(head, value.values.front());
      } else {
        write(head, value.values);
      }
    } else if constexpr (kIsOneOrNamed<T>) {
      if (value.named.empty()) {
        write(head, value.one);
      } else {
        write(head, value.named);
      }
    } else if constexpr (kIsMap<T>) {
      line(value.empty() ? head + " {}" : head);
      ++level_;
      for (auto& [key, item] : value) write(scalar(key) + ":", item);
      --level_;
    } else if constexpr (kIsVariant<T>) {
      std::visit([&](auto& chosen) { write(head, chosen); }, value);
    } else if constexpr (kIsSection<T>) {
      const std::size_t begin = text_.size();
      line(head);
      const std::size_t after_head = text_.size();
      ++level_;
      value.fields(*this);
      --level_;
      if (text_.size() == after_head) {
        text_.resize(begin);
        line(head + " {}");
      }
    } else {
      line(head + " " + scalar(value));
    }
  }

  template <class T>
  void write_item(T& item) {
    if constexpr (kIsVariant<T>) {
      std::visit([&](auto& chosen) { write_item(chosen); }, item);
      return;
    }
    ++level_;
    if constexpr (kIsSection<T>) {
      const std::size_t begin = text_.size();
      ++level_;
      const bool comments = comments_;
      comments_ = false;
      item.fields(*this);
      comments_ = comments;
      --level_;
      set_dash(begin);
    } else {
      write("-", item);
    }
    --level_;
  }

  void line(const std::string& content) {
    text_.append(2 * level_, ' ');
    text_ += content;
    text_ += '\n';
  }

  /// Puts the dash of a list item in front of what was written from `begin` on.
  void set_dash(std::size_t begin) {
    if (begin < text_.size()) text_[begin + 2 * level_] = '-';
  }

  bool comments_;
  std::size_t level_ = 0;
  std::string text_;
};

/// `options` as YAML with every default. `fields` is not const, so this takes a copy.
template <class T>
std::string to_yaml(T options, bool comments = false) {
  Writer writer(comments);
  options.fields(writer);
  return writer.text();
}

}  // namespace evonas::yaml
