#include "cli/config/space_section.hpp"

#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace evonas::config {
namespace {

struct SpaceOnly {
  AnySpaceSection space;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("space", space, "search space", required());
  }
};

spaces::AnySpace space_of(const PluginSection& section) {
  return spaces::load_space(section.library, section.options);
}

template <class Options>
spaces::AnySpace space_of(const SpaceSection<Options>& section) {
  return spaces::make_space(spaces::SpaceOptions(section.options));
}

}  // namespace

spaces::AnySpace make_space(const AnySpaceSection& section) {
  return std::visit([](const auto& chosen) { return space_of(chosen); }, section);
}

spaces::AnySpace make_space(const std::string& name, std::span<const std::string> options) {
  const std::string_view key = name.ends_with(".so") ? "library" : "name";
  const std::string text = fmt::format("space: {{{}: {}}}", key, yaml::scalar(name));
  yaml::Document document = yaml::parse_document(text, {"command line", {}}, 0);
  for (const std::string& option : options) {
    yaml::apply_override(document, "space." + option, std::filesystem::current_path());
  }
  SpaceOnly only;
  yaml::Findings findings;
  yaml::read_options(document, only, findings);
  findings.check();
  return make_space(only.space);
}

}  // namespace evonas::config
