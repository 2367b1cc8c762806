#include "cli/config/latency_recipe.hpp"

#include <variant>

#include "yaml/reader.hpp"

namespace evonas::config {

LatencyRecipe load_latency_recipe(const std::filesystem::path& file,
                                  std::span<const std::string> overrides) {
  yaml::Findings findings;
  auto recipe = yaml::read_overridden<LatencyRecipe>(
      yaml::read_document(file, {"latency recipe", "title: my networks"}), overrides, findings);
  findings.check();
  if (recipe.families.empty()) {
    findings.add("families", "is empty: name at least one");
    findings.check();
  }
  return recipe;
}

std::string* declaration_of(LatencyFamily& family) {
  auto* declared = std::get_if<SpaceSection<spaces::DeclaredOptions>>(&family.space);
  return declared == nullptr ? nullptr : &declared->options.file;
}

}  // namespace evonas::config
