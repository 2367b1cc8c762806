#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/fields.hpp"
#include "spaces/plugin.hpp"
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

/// A search space of the user's own: `space: {library: ./libmine.so, options: {channels: 8}}`.
struct PluginSection {
  std::string library;
  std::map<std::string, std::string> options;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("library", library, "shared library with a search space of one's own",
          required(file_path()));
    visit("options", options, "options of that space");
  }
};

namespace detail {
template <class Spaces>
struct SectionsOf;
template <class... Options>
struct SectionsOf<std::variant<Options...>> {
  using Type = std::variant<SpaceSection<Options>..., PluginSection>;
};
}  // namespace detail

/// One section for each built-in space, and one for all others.
using AnySpaceSection = detail::SectionsOf<spaces::SpaceOptions>::Type;

/// Everything that decides what space a section asks for: its options as YAML, and the identity of
/// the file that the space is read from, where it is. Throws SpaceError where that cannot be read.
std::string identity_of(const AnySpaceSection& section);

/// The words that ask for the same space: its name, or the path of the library, and its options
/// ("channels=8"), as make_space() takes them.
std::pair<std::string, std::vector<std::string>> words_of(const AnySpaceSection& section);

/// The space that a section asks for. Throws SpaceError.
spaces::AnySpace make_space(const AnySpaceSection& section);

/// The space `name`, or that of the shared library `name` where it ends in ".so", with options such
/// as "channels=8" ("options.channels=8" for a library). Throws yaml::YamlError, SpaceError.
spaces::AnySpace make_space(const std::string& name, std::span<const std::string> options);

}  // namespace evonas::config
