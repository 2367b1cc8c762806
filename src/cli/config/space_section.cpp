#include "cli/config/space_section.hpp"

#include <filesystem>

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

}  // namespace

spaces::AnySpace make_space(const std::string& name, std::span<const std::string> options) {
  const std::string yaml = "space: {name: " + yaml::scalar(name) + "}";
  yaml::Document document = yaml::parse_document(yaml, {"command line", {}}, 0);
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
