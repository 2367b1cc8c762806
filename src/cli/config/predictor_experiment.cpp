#include "cli/config/predictor_experiment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

yaml::FileKind predictor_file_kind() {
  return {"comparison of predictors", "table: nasbench201.sqlite"};
}

yaml::Document document_of(const std::filesystem::path& file) {
  if (!file.empty()) return yaml::read_document(file, predictor_file_kind());
  return yaml::parse_document("{}", {"command line", std::filesystem::current_path()}, 0);
}

/// Lists of what is compared name each thing once, and something.
template <class T>
void check_list(const std::vector<T>& list, const std::string& path, yaml::Findings& findings) {
  if (list.empty()) findings.add(path, "is empty: give at least one");
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (std::find(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i), list[i]) !=
        list.begin() + static_cast<std::ptrdiff_t>(i)) {
      findings.add(fmt::format("{}[{}]", path, i), fmt::format("{} is there twice", list[i]));
    }
  }
}

}  // namespace

PredictorExperiment load_predictor_experiment(const std::filesystem::path& file,
                                              std::span<const std::string> overrides) {
  yaml::Findings findings;
  auto experiment =
      yaml::read_overridden<PredictorExperiment>(document_of(file), overrides, findings);
  if (findings.faults().empty()) {
    check_list(experiment.models, "models", findings);
    check_list(experiment.train, "train", findings);
  }
  findings.check();
  return experiment;
}

bool is_predictor_experiment(const std::filesystem::path& file) {
  return yaml::read_document(file, file_kind()).root.find("models") != nullptr;
}

}  // namespace evonas::config
