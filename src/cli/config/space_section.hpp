#pragma once

#include <span>
#include <string>
#include <variant>

#include "base/fields.hpp"
#include "spaces/space_list.hpp"

namespace evonas::config {

/// Options of one built-in space with the word that chooses it: `space: nasbench201`, or
/// `space: {name: nasbench201, channels: 8}`.
template <class Options>
struct SpaceSection {
  std::string name = space_name();
  Options options;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("name", name, "search space", required(one_of({space_name()})));
    options.fields(visit);
  }

  static std::string space_name() {
    for (const std::string& word : spaces::space_names()) {
      if (std::holds_alternative<Options>(spaces::space_options(word))) return word;
    }
    return {};
  }
};

namespace detail {
template <class Spaces>
struct SectionsOf;
template <class... Options>
struct SectionsOf<std::variant<Options...>> {
  using Type = std::variant<SpaceSection<Options>...>;
};
}  // namespace detail

/// One section for each built-in space.
using AnySpaceSection = detail::SectionsOf<spaces::SpaceOptions>::Type;

/// The space that a section asks for.
inline spaces::AnySpace make_space(const AnySpaceSection& section) {
  return std::visit(
      [](const auto& chosen) { return spaces::make_space(spaces::SpaceOptions(chosen.options)); },
      section);
}

/// The space `name` with options such as "channels=8". Throws yaml::YamlError.
spaces::AnySpace make_space(const std::string& name, std::span<const std::string> options);

}  // namespace evonas::config
