#include "cli/config/configuration.hpp"
#include "cli/config/description.hpp"
#include "cli/config/experiment.hpp"
#include "cli/config/predictor_experiment.hpp"
#include "spaces/declared/declaration.hpp"

namespace evonas::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Options

Written by `evonas config schema --markdown` from the same list of fields that reads the files; a
test keeps it so.

- Configurations are YAML. Unknown and duplicate keys, wrong types and values out of range are all
  reported together, each with file, line and the nearest valid key: `evonas config check FILE`.
- `evonas config show FILE --comments` prints a file with every default and what each option means.
- `--set a.b=c` replaces one value: keys with dots between, positions in lists from 0
  (`--set objectives.0.goal=minimize`). The value is YAML (`--set 'limits=[params <= 1e6]'`).
- A relative path counts from the folder of the file it stands in, whatever the current folder is;
  in `--set` it counts from the current folder.
- Editors complete and check with `configuration.schema.json`, `experiment.schema.json`,
  `predictor_experiment.schema.json` and `spaces/declaration.schema.json`: put
  `# yaml-language-server: $schema=PATH` into a file.
)";

constexpr std::string_view kDeclaredSpaces =
    R"(## Declared spaces (`space: {name: declared, file: FILE}`)

`spaces/reference.yaml` explains the language. A key that takes several values is a choice of the
search where it has a list. Settings of operations, from `kernel` to `activation`, stand in a stage,
in one of `operations` or in `defaults`; the values in brackets hold where nobody says them.

)";

}  // namespace

std::string options_page() {
  std::string page(kIntroduction);
  page += "\n## Searches (`evonas search`)\n\n" + option_tables(describe<Configuration>());
  page += "## Experiments (`evonas benchmark`)\n\n" + option_tables(describe<Experiment>());
  page += "## Comparisons of predictors (`evonas predictor benchmark`)\n\n" +
          option_tables(describe<PredictorExperiment>());
  page += kDeclaredSpaces;
  page += "### The file\n\n" + field_table(describe<spaces::declared::Declaration>());
  page += "### A stage\n\n" + field_table(describe<spaces::declared::Stage>());
  page +=
      "### An operation of a branch\n\n" + field_table(describe<spaces::declared::BranchLayer>());
  page += "### A cell\n\n" + field_table(describe<spaces::declared::Cell>());
  page.pop_back();
  return page;
}

}  // namespace evonas::config
