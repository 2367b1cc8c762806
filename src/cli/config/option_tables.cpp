#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "cli/config/description.hpp"

namespace evonas::config {
namespace {

constexpr std::string_view kHead = "| key | default | meaning |\n| --- | --- | --- |\n";

using Kind = Description::Kind;

std::string range_text(const FieldRule& rule) {
  const bool low = std::isfinite(rule.minimum);
  const bool high = std::isfinite(rule.maximum);
  if (low && high) return fmt::format("{} to {}", rule.minimum, rule.maximum);
  if (low) return fmt::format("at least {}", rule.minimum);
  if (high) return fmt::format("at most {}", rule.maximum);
  return {};
}

std::string default_text(const Description& field) {
  if (field.rule.required) return "required";
  if (field.optional || field.default_value.is_null()) return "none";
  if (field.default_value.is_string() && field.default_value.get<std::string>().empty()) {
    return "empty";
  }
  return fmt::format("`{}`", field.default_value.is_string()
                                 ? field.default_value.get<std::string>()
                                 : field.default_value.dump());
}

std::string meaning_text(const Description& field) {
  std::string text = field.help;
  if (!field.rule.choices.empty()) {
    text += fmt::format(": `{}`", fmt::join(field.rule.choices, "`, `"));
  }
  if (const std::string range = range_text(field.rule); !range.empty()) text += "; " + range;
  return text;
}

bool has_fields(const Description& field) {
  return field.kind == Kind::Section || field.kind == Kind::Alternatives ||
         ((field.kind == Kind::List || field.kind == Kind::Names) &&
          has_fields(field.children.front()));
}

void add_rows(std::string& text, const Description& field, const std::string& path);

void add_section(std::string& text, const Description& section, const std::string& path) {
  for (const Description& field : section.children) {
    add_rows(text, field, path.empty() ? field.name : path + "." + field.name);
  }
}

/// Rows of what stands inside `field`, whose own path is `path`.
void add_children(std::string& text, const Description& field, const std::string& path) {
  switch (field.kind) {
    case Kind::Section:
      add_section(text, field, path);
      break;
    case Kind::Alternatives:
      for (const Description& alternative : field.children) add_section(text, alternative, path);
      break;
    case Kind::List:
      add_children(text, field.children.front(), path + "[]");
      break;
    case Kind::Names:
      add_children(text, field.children.front(), path + ".NAME");
      break;
    default:
      break;
  }
}

std::string row(const Description& field, const std::string& path) {
  return fmt::format("| `{}` | {} | {} |\n", path, default_text(field), meaning_text(field));
}

void add_rows(std::string& text, const Description& field, const std::string& path) {
  text += row(field, path);
  if (has_fields(field)) add_children(text, field, path);
}

}  // namespace

std::string option_tables(const Description& section) {
  std::string text;
  for (const Description& field : section.children) {
    text += fmt::format("### `{}`\n\n{}", field.name, kHead);
    add_rows(text, field, field.name);
    text += '\n';
  }
  return text;
}

std::string field_table(const Description& section) {
  std::string text(kHead);
  for (const Description& field : section.children) text += row(field, field.name);
  return text + '\n';
}

}  // namespace evonas::config
