#include <cmath>
#include <set>
#include <string>

#include "cli/config/description.hpp"

namespace evonas::config {
namespace {

using Json = nlohmann::ordered_json;
using Kind = Description::Kind;

Json schema_of(const Description& description);

void add_range(Json& schema, const FieldRule& rule, bool whole) {
  const auto bound = [&](double value) { return whole ? Json(std::llround(value)) : Json(value); };
  if (std::isfinite(rule.minimum)) schema["minimum"] = bound(rule.minimum);
  if (std::isfinite(rule.maximum)) schema["maximum"] = bound(rule.maximum);
}

Json section_schema(const Description& section) {
  Json schema{{"type", "object"}, {"additionalProperties", false}};
  Json required = Json::array();
  Json properties = Json::object();
  for (const Description& field : section.children) {
    properties[field.name] = schema_of(field);
    if (field.rule.required) required.push_back(field.name);
  }
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

/// A word of the one first field that is a choice of words stands for the whole.
void add_short_forms(Json& any_of, const Description& alternatives) {
  std::set<std::string> names;
  Json choices = Json::array();
  for (const Description& alternative : alternatives.children) {
    const Description& field = alternative.children.front();
    if (!field.rule.choices.empty()) names.insert(field.name);
    for (const std::string& choice : field.rule.choices) choices.push_back(choice);
  }
  if (names.size() == 1) any_of.push_back(Json{{"enum", std::move(choices)}});
}

Json alternatives_schema(const Description& description) {
  Json any_of = Json::array();
  add_short_forms(any_of, description);
  for (const Description& alternative : description.children) {
    Json schema = section_schema(alternative);
    // The first field is what tells the alternatives apart.
    schema["required"] = Json::array({alternative.children.front().name});
    any_of.push_back(std::move(schema));
  }
  return Json{{"anyOf", std::move(any_of)}};
}

Json text_schema(const Description& description) {
  Json schema{{"type", "string"}};
  if (!description.rule.choices.empty()) schema["enum"] = description.rule.choices;
  return schema;
}

Json number_schema(const Description& description, bool whole) {
  Json schema{{"type", whole ? "integer" : "number"}};
  add_range(schema, description.rule, whole);
  return schema;
}

/// The rule of a list is that of its items, which have no default.
Json item_schema(const Description& list) {
  Description item = list.children.front();
  item.rule = list.rule;
  item.rule.required = false;
  item.default_value = nullptr;
  return schema_of(item);
}

Json typed_schema(const Description& description) {
  switch (description.kind) {
    case Kind::Boolean:
      return Json{{"type", "boolean"}};
    case Kind::Whole:
      return number_schema(description, true);
    case Kind::Number:
      return number_schema(description, false);
    case Kind::Text:
      return text_schema(description);
    case Kind::List:
      return Json{{"type", "array"}, {"items", item_schema(description)}};
    case Kind::OneOrMore: {
      const Json item = item_schema(description);
      return Json{{"anyOf", Json::array({item, Json{{"type", "array"}, {"items", item}}})}};
    }
    case Kind::OneOrNamed: {
      const Json item = item_schema(description);
      const Json named{{"type", "object"}, {"additionalProperties", item}};
      return Json{{"anyOf", Json::array({item, named})}};
    }
    case Kind::Names:
      return Json{{"type", "object"}, {"additionalProperties", item_schema(description)}};
    case Kind::Alternatives:
      return alternatives_schema(description);
    case Kind::Section:
      break;
  }
  return section_schema(description);
}

Json schema_of(const Description& description) {
  Json schema = typed_schema(description);
  if (!description.help.empty()) schema["description"] = description.help;
  if (!description.default_value.is_null() && !description.rule.required && !description.optional) {
    schema["default"] = description.default_value;
  }
  return schema;
}

}  // namespace

Json json_schema(const Description& section, std::string_view title) {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema.update(section_schema(section));
  return schema;
}

}  // namespace evonas::config
