#include "cli/config/configuration.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "spaces/network_input.hpp"
#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

void check_training(const Configuration& configuration, yaml::Findings& findings) {
  std::string first;
  for (const auto& [metric, source] : configuration.evaluation) {
    if (!std::holds_alternative<TrainSection>(source) || configuration.screens(metric)) continue;
    if (first.empty()) {
      first = metric;
      continue;
    }
    findings.add(fmt::format("evaluation.{}.train", metric),
                 fmt::format("one search has one training beside those that screen, and {} is "
                             "trained already",
                             first));
  }
  if (!first.empty() && findings.given("input")) {
    findings.add("input", fmt::format("the training under evaluation.{} says what networks read: "
                                      "leave this out",
                                      first));
  }
  if (first.empty() && !findings.given("input") && configuration.needs_input()) {
    findings.add("input",
                 "is missing: no training says what networks read, and parameters, FLOPs and "
                 "latency depend on it (cifar10, cifar100, imagenet16, imagenet, fashion_mnist, "
                 "mnist or CxHxW:CLASSES)");
  }
}

void check_search(const Configuration& configuration, yaml::Findings& findings) {
  const std::string& algorithm = configuration.search.algorithm;
  const bool single = algorithm == "regularized_evolution" || algorithm == "local_search" ||
                      algorithm == "bananas" || algorithm == "ofa_evolution" ||
                      algorithm == "arch2vec_rl";
  if (single && configuration.objectives.size() > 1) {
    findings.add("search.algorithm",
                 fmt::format("{} searches for one objective, and there are {}: use nsga2, or turn "
                             "the others into limits",
                             algorithm, configuration.objectives.size()));
  }
}

/// Those that stand for evaluations, so one of them can hold the seconds that these take.
std::vector<std::string> simulated_metrics(const Configuration& configuration) {
  std::vector<std::string> names;
  for (const auto& [metric, source] : configuration.evaluation) {
    if (std::holds_alternative<TableSection>(source) ||
        std::holds_alternative<TorchScriptSection>(source)) {
      names.push_back(metric);
    }
  }
  return names;
}

/// Whether something tells the seconds that evaluations take.
bool evaluations_take_seconds(const Configuration& configuration) {
  const auto takes_some = [](const auto& named) {
    return std::holds_alternative<TrainSection>(named.second) ||
           std::holds_alternative<MeasureSection>(named.second) ||
           std::holds_alternative<CommandSection>(named.second) ||
           std::holds_alternative<RaySection>(named.second) ||
           std::holds_alternative<ToldSection>(named.second);
  };
  return configuration.cost ||
         std::any_of(configuration.evaluation.begin(), configuration.evaluation.end(), takes_some);
}

/// The key that names the file of a table or of a TorchScript module, and the file; both are empty
/// for other sources.
std::pair<std::string, std::string> label_file(const Configuration& configuration,
                                               const std::string& metric) {
  const auto found = configuration.evaluation.find(metric);
  if (found == configuration.evaluation.end()) return {};
  if (const auto* table = std::get_if<TableSection>(&found->second)) return {"table", table->table};
  if (const auto* script = std::get_if<TorchScriptSection>(&found->second)) {
    return {"torchscript", script->torchscript};
  }
  return {};
}

/// What screening by a table or a module takes is a share of the seconds that the same one gives.
void check_screening_files(const Configuration& configuration, yaml::Findings& findings) {
  if (!configuration.cost) return;
  const auto cost = label_file(configuration, *configuration.cost);
  for (const search::ScreeningOptions& screening : configuration.search.guidance.screening) {
    const auto own = label_file(configuration, screening.metric);
    if (cost.first.empty() || own.first.empty() || own == cost) continue;
    findings.add(fmt::format("evaluation.{}.{}", screening.metric, own.first),
                 fmt::format("screens, and costs a share of what \"{}\" says, but that is in "
                             "another file: name the same one",
                             *configuration.cost));
  }
}

void check_budget(const Configuration& configuration, yaml::Findings& findings) {
  const search::Budget& budget = configuration.budget;
  const bool endless =
      budget.evaluations == 0 && budget.seconds == 0.0 && budget.training_seconds == 0.0;
  if (findings.given("budget") && endless) {
    findings.add("budget",
                 "sets no end: give evaluations, seconds, training_seconds or several of them");
  }
  if (budget.training_seconds > 0.0 && !evaluations_take_seconds(configuration)) {
    findings.add("budget.training_seconds",
                 "is never used up, because nothing is trained or measured: name the metric of a "
                 "table that holds the seconds of an evaluation with `cost`");
  }
}

/// Commands run, and functions for Ray lie, where their configuration does, unless it says
/// otherwise.
void complete_folders(Configuration& configuration, const std::filesystem::path& folder) {
  const std::filesystem::path absolute = folder.empty()
                                             ? std::filesystem::current_path()
                                             : std::filesystem::absolute(folder).lexically_normal();
  for (auto& [metric, source] : configuration.evaluation) {
    std::string* own = nullptr;
    if (auto* command = std::get_if<CommandSection>(&source)) own = &command->options.folder;
    if (auto* function = std::get_if<RaySection>(&source)) own = &function->folder;
    if (own != nullptr && own->empty()) *own = absolute.string();
  }
}

Configuration read(yaml::Document document, std::span<const std::string> overrides) {
  yaml::Findings findings;
  const std::filesystem::path folder = document.root.place.origin->folder;
  auto configuration =
      yaml::read_overridden<Configuration>(std::move(document), overrides, findings);
  detail::check_problem(configuration.objectives, configuration.limits,
                        detail::names_of(configuration.evaluation), findings);
  check_training(configuration, findings);
  check_search(configuration, findings);
  detail::check_screening(configuration.search, "search", configuration.objectives,
                          configuration.limits, detail::names_of(configuration.evaluation),
                          findings);
  detail::check_predictors(configuration.search, "search", configuration.objectives,
                           configuration.limits, findings);
  detail::check_priors(configuration.predictors, configuration.objectives, configuration.limits,
                       configuration.search.guidance.heads == "shared", findings);
  check_screening_files(configuration, findings);
  detail::check_cost(configuration.cost, simulated_metrics(configuration), findings);
  check_budget(configuration, findings);
  detail::check_commands(configuration, findings);
  detail::check_driver(configuration, findings);
  findings.check();
  complete_folders(configuration, folder);
  return configuration;
}

}  // namespace

yaml::FileKind file_kind() { return {"configuration", "space: nasbench201"}; }

const evaluation::TrainingOptions* Configuration::training() const {
  for (const auto& [metric, source] : evaluation) {
    const auto* section = std::get_if<TrainSection>(&source);
    if (section != nullptr && !screens(metric)) return &section->train;
  }
  return nullptr;
}

bool Configuration::screens(const std::string& metric) const {
  return std::ranges::count(search.guidance.screening, metric, &search::ScreeningOptions::metric) >
         0;
}

const evaluation::LatencyOptions* Configuration::latency() const {
  for (const auto& [metric, source] : evaluation) {
    if (const auto* section = std::get_if<MeasureSection>(&source)) return &section->measure;
    if (const auto* section = std::get_if<LookupSection>(&source)) return &section->options;
  }
  return nullptr;
}

search::Problem Configuration::problem() const {
  search::Problem problem = make_problem(objectives, limits);
  for (search::Limit& limit : problem.limits) {
    const auto source = evaluation.find(limit.metric);
    if (source == evaluation.end()) continue;
    if (const auto* predicted = std::get_if<PredictSection>(&source->second)) {
      limit.confidence = predicted->confidence;
    }
  }
  return problem;
}

bool Configuration::needs_input() const {
  const auto is_free = [](const std::string& metric) {
    const auto& names = free_metrics();
    return std::find(names.begin(), names.end(), metric) != names.end();
  };
  for (const ObjectiveSection& objective : objectives) {
    if (is_free(objective.metric)) return true;
  }
  for (const std::string& limit : limits) {
    if (!limit.empty() && is_free(search::Limit::parse(limit).metric)) return true;
  }
  for (const auto& [metric, source] : evaluation) {
    if (std::holds_alternative<BlocksSection>(source)) return true;
    const auto* command = std::get_if<CommandSection>(&source);
    if (command != nullptr && command->options.architecture != "json") return true;
  }
  return latency() != nullptr || (final && final->measure && !final->train);
}

std::string Configuration::input_fault(const std::string& text) {
  try {
    spaces::NetworkInput::parse(text);
  } catch (const spaces::SpaceError& error) {
    return error.what();
  }
  return {};
}

std::string Configuration::limit_fault(const std::string& text) {
  try {
    search::Limit::parse(text);
  } catch (const search::SearchError& error) {
    return error.what();
  }
  return {};
}

FinalSection Configuration::final_defaults() const {
  FinalSection section;
  if (const auto* options = training()) section.search_training = *options;
  if (const auto* options = latency()) section.search_latency = *options;
  return section;
}

Configuration load_configuration(const std::filesystem::path& file,
                                 std::span<const std::string> overrides) {
  return read(yaml::read_document(file, file_kind()), overrides);
}

Configuration parse_configuration(std::string_view yaml, const std::filesystem::path& folder,
                                  std::span<const std::string> overrides) {
  return read(yaml::parse_document(yaml, {"configuration", folder}), overrides);
}

}  // namespace evonas::config
