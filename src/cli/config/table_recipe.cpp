#include "cli/config/table_recipe.hpp"

#include "yaml/reader.hpp"

namespace evonas::config {

TableRecipe load_table_recipe(const std::filesystem::path& file,
                              std::span<const std::string> overrides) {
  yaml::Document document = yaml::read_document(file, {"table recipe", "title: my table"});
  for (const std::string& assignment : overrides) {
    yaml::apply_override(document, assignment, std::filesystem::current_path());
  }
  TableRecipe recipe;
  yaml::Findings findings;
  yaml::read_options(document, recipe, findings);
  findings.check();
  if (!make_space(recipe.space).size()) {
    findings.add("space", "cannot be enumerated, and a table holds all networks of a space");
    findings.check();
  }
  return recipe;
}

}  // namespace evonas::config
