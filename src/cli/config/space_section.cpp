#include "cli/config/space_section.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/key.hpp"
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

std::string file_of(const PluginSection& section) { return section.library; }

/// Empty where the space is evonas's own.
template <class Options>
std::string file_of(const SpaceSection<Options>& section) {
  if constexpr (requires { section.options.file; }) return section.options.file;
  return {};
}

/// Lists the options of a space as "name=value".
struct OptionWords {
  std::vector<std::string> words;

  template <class Value, class... Rest>
  void operator()(const std::string& name, Value& value, const Rest&...) {
    words.push_back(fmt::format("{}={}", name, yaml::scalar(value)));
  }
};

std::pair<std::string, std::vector<std::string>> words_in(const PluginSection& section) {
  OptionWords found;
  for (const auto& [name, value] : section.options) found("options." + name, value);
  return {section.library, std::move(found.words)};
}

template <class Options>
std::pair<std::string, std::vector<std::string>> words_in(SpaceSection<Options> section) {
  OptionWords found;
  section.options.fields(found);
  return {section.name, std::move(found.words)};
}

}  // namespace

std::pair<std::string, std::vector<std::string>> words_of(const AnySpaceSection& section) {
  return std::visit([](const auto& chosen) { return words_in(chosen); }, section);
}

std::string identity_of(const AnySpaceSection& section) {
  std::string text = yaml::to_yaml(SpaceOnly{section});
  const std::string file = std::visit([](const auto& chosen) { return file_of(chosen); }, section);
  if (file.empty()) return text;
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream) throw spaces::SpaceError(fmt::format("{} cannot be read", file));
  return text + Key::of(bytes).hex() + '\n';
}

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
