#include "cli/config/table_recipe.hpp"

#include "yaml/reader.hpp"

namespace evonas::config {

TableRecipe load_table_recipe(const std::filesystem::path& file,
                              std::span<const std::string> overrides) {
  yaml::Findings findings;
  const auto recipe = yaml::read_overridden<TableRecipe>(
      yaml::read_document(file, {"table recipe", "title: my table"}), overrides, findings);
  findings.check();
  if (!make_space(recipe.space).size()) {
    findings.add("space", "cannot be enumerated, and a table holds all networks of a space");
    findings.check();
  }
  return recipe;
}

}  // namespace evonas::config
