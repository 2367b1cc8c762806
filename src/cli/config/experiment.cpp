#include "cli/config/experiment.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "base/nearest_name.hpp"
#include "search/algorithm_names.hpp"
#include "yaml/reader.hpp"

namespace evonas::config {
namespace {

void check_evaluation(const Experiment& experiment, yaml::Findings& findings) {
  if (experiment.evaluation.empty() && findings.given("evaluation")) {
    findings.add("evaluation", "names no metric: give the table that the objective comes from");
    return;
  }
  for (const auto& [metric, source] : experiment.evaluation) {
    const auto* section = std::get_if<TableSection>(&source);
    if (section == nullptr) continue;
    if (!section->table.empty() && section->table != experiment.table_file()) {
      findings.add(fmt::format("evaluation.{}.table", metric),
                   fmt::format("an experiment reads one table, and another metric names {}",
                               experiment.table_file()));
    }
  }
}

void check_input(const Experiment& experiment, yaml::Findings& findings) {
  if (findings.given("input") || experiment.is_tabulated()) return;
  if (!experiment.configuration().needs_input()) return;
  findings.add("input",
               "is missing: latency, parameters, FLOPs and memory depend on what networks read "
               "(cifar10, cifar100, imagenet16, imagenet, fashion_mnist, mnist or CxHxW:CLASSES)");
}

/// Those that stand for evaluations, so one of them can hold the seconds that these take.
std::vector<std::string> simulated_metrics(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const auto& [metric, source] : experiment.evaluation) {
    if (std::holds_alternative<TableSection>(source) ||
        std::holds_alternative<TorchScriptSection>(source)) {
      names.push_back(metric);
    }
  }
  return names;
}

void check_search(const Experiment& experiment, yaml::Findings& findings) {
  if (experiment.search.empty() && findings.given("search")) {
    findings.add("search", "names no algorithm: give at least one");
  }
  const auto shares_heads = [](const ExperimentAlgorithmSection& algorithm) {
    return algorithm.options.guidance.heads == "shared";
  };
  detail::check_priors(experiment.predictors, experiment.objectives, experiment.limits,
                       std::ranges::any_of(experiment.search, shares_heads), findings);
  for (std::size_t i = 0; i < experiment.search.size(); ++i) {
    const std::string path = fmt::format("search[{}]", i);
    const ExperimentAlgorithmSection& algorithm = experiment.search[i];
    if (algorithm.options.seed != search::AlgorithmOptions().seed) {
      findings.add(path + ".seed",
                   "has no effect in an experiment, which runs the seeds 1 to "
                   "`seeds`: leave it out");
    }
    if (algorithm.options.driver != search::AlgorithmOptions().driver) {
      findings.add(path + ".driver",
                   "has no effect in an experiment, which evaluates one architecture after the "
                   "other: leave it out; `evonas bench fleet` compares the drivers");
    }
    detail::check_screening(algorithm.options, path, experiment.objectives, experiment.limits,
                            detail::names_of(experiment.evaluation), findings);
    detail::check_predictors(algorithm.options, path, experiment.objectives, experiment.limits,
                             findings);
    if (algorithm.evaluations == 0) continue;
    if (!experiment.seconds.empty()) {
      findings.add(path + ".evaluations", "has no effect where `seconds` end searches");
    } else if (!experiment.budgets.empty() && algorithm.evaluations > experiment.budgets.back()) {
      findings.add(path + ".evaluations",
                   fmt::format("must be at most {}, the last of `budgets`, where all searches end",
                               experiment.budgets.back()));
    }
  }
}

template <class Number>
void check_ascent(const std::string& path, const std::vector<Number>& budgets,
                  yaml::Findings& findings) {
  for (std::size_t i = 1; i < budgets.size(); ++i) {
    if (budgets[i] <= budgets[i - 1]) {
      findings.add(fmt::format("{}[{}]", path, i), fmt::format("{} must ascend", path));
    }
  }
}

/// Names tell algorithms apart, those that stand there by themselves too.
void check_names(const Experiment& experiment, yaml::Findings& findings) {
  const std::vector<std::string> names = experiment.algorithm_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto end = names.begin() + static_cast<std::ptrdiff_t>(i);
    const auto other = std::find(names.begin(), end, names[i]);
    if (other == end) continue;
    findings.add(fmt::format("search[{}].name", i),
                 fmt::format("search[{}] is called \"{}\" too: give each a name of its own",
                             other - names.begin(), names[i]));
  }
  if (experiment.against.empty()) return;
  if (experiment.objectives.size() > 1) {
    findings.add("against",
                 "has no effect with several objectives, whose fronts are compared one by one: "
                 "leave it out");
  } else if (std::ranges::find(names, experiment.against) == names.end()) {
    findings.add("against", fmt::format("no algorithm is called \"{}\" ({})", experiment.against,
                                        nearest_or_known(experiment.against, names)));
  }
}

void check_published(const Experiment& experiment, yaml::Findings& findings) {
  if (experiment.published.empty()) return;
  if (experiment.objectives.size() > 1 || !experiment.is_tabulated()) {
    findings.add("published",
                 "has no effect: regret is known of one objective in a table; leave it out");
  }
  for (std::size_t i = 0; i < experiment.published.size(); ++i) {
    const PublishedSearchesSection& figures = experiment.published[i];
    const std::string path = fmt::format("published[{}]", i);
    if (!figures.budgets.empty() && !figures.seconds.empty()) {
      findings.add(path + ".seconds", "figures are at budgets or at seconds: give one of the two");
    }
    const std::size_t points = figures.budgets.size() + figures.seconds.size();
    if (figures.regret.size() != points) {
      findings.add(path + ".regret", fmt::format("has {} figures for {} budgets: give one for each",
                                                 figures.regret.size(), points));
    }
    check_ascent(path + ".budgets", figures.budgets, findings);
    check_ascent(path + ".seconds", figures.seconds, findings);
    if (points == 0 && !figures.median_evaluations_to_optimum &&
        !figures.evaluations_to_optimum_90) {
      findings.add(path, "has no figure: give `regret`, or evaluations to the optimum");
    }
  }
}

void check_budgets(const Experiment& experiment, yaml::Findings& findings) {
  if (experiment.budgets.empty() && experiment.seconds.empty()) {
    findings.add("budgets", "names no budget: give at least one");
  }
  if (!experiment.budgets.empty() && !experiment.seconds.empty()) {
    findings.add("seconds", "a search ends by budgets or by seconds: give one of the two");
  }
  if (!experiment.seconds.empty() && !experiment.cost) {
    findings.add("seconds",
                 "nothing tells the seconds of an evaluation: name the metric that holds them with "
                 "`cost`");
  }
  if (experiment.clock == "wall" && !experiment.cost) {
    findings.add(
        "clock",
        "nothing tells the seconds of an evaluation, to which the time of searches is added: "
        "name the metric that holds them with `cost`");
  }
  check_ascent("budgets", experiment.budgets, findings);
  check_ascent("seconds", experiment.seconds, findings);
}

void check_reference(const Experiment& experiment, yaml::Findings& findings) {
  const std::size_t given = experiment.reference_point.size();
  if (given == 0 && experiment.objectives.size() > 1 && !experiment.is_tabulated()) {
    findings.add("reference_point",
                 "is missing: without a table nothing says up to where the hypervolume counts; "
                 "give a value for each objective");
  }
  if (given > 0 && given != experiment.objectives.size()) {
    findings.add("reference_point",
                 fmt::format("has {} values for {} objectives: give one for each", given,
                             experiment.objectives.size()));
  }
}

void check_metrics(const Experiment& experiment, yaml::Findings& findings) {
  if (!experiment.is_tabulated()) return;
  const auto refuse_free = [&](const std::string& metric, const std::string& path) {
    for (const std::string& name : free_metrics()) {
      if (name == metric) {
        findings.add(path, fmt::format("an experiment knows what its table holds, and {} is not "
                                       "read from it: import it under another name",
                                       metric));
      }
    }
  };
  for (std::size_t i = 0; i < experiment.objectives.size(); ++i) {
    refuse_free(experiment.objectives[i].metric, fmt::format("objectives[{}].metric", i));
  }
  for (std::size_t i = 0; i < experiment.limits.size(); ++i) {
    if (experiment.limits[i].empty()) continue;
    refuse_free(search::Limit::parse(experiment.limits[i]).metric, fmt::format("limits[{}]", i));
  }
}

}  // namespace

std::string cell_fault(const std::string& text) {
  return text.find_first_of("|\r\n") == std::string::npos
             ? ""
             : "must be one line without |, because it stands in a table";
}

bool Experiment::is_tabulated() const {
  return std::ranges::all_of(evaluation, [](const auto& named) {
    return std::holds_alternative<TableSection>(named.second);
  });
}

std::string Experiment::table_file() const {
  for (const auto& [metric, source] : evaluation) {
    if (const auto* section = std::get_if<TableSection>(&source)) return section->table;
  }
  return {};
}

std::string Experiment::column(const std::string& metric) const {
  const std::string& name = std::get<TableSection>(evaluation.at(metric)).metric;
  return name.empty() ? metric : name;
}

std::vector<std::string> Experiment::algorithm_names() const {
  std::vector<search::AlgorithmOptions> algorithms;
  std::vector<std::string> names;
  for (const ExperimentAlgorithmSection& section : search) {
    algorithms.push_back(section.options);
    names.push_back(section.name);
  }
  return search::algorithm_names(algorithms, names);
}

Configuration Experiment::configuration() const {
  Configuration result;
  result.space = space;
  result.input = input;
  result.objectives = objectives;
  result.limits = limits;
  for (const auto& named : evaluation) {
    std::visit([&](const auto& section) { result.evaluation[named.first] = section; },
               named.second);
  }
  result.cost = cost;
  result.predictors = predictors;
  return result;
}

Experiment load_experiment(const std::filesystem::path& file,
                           std::span<const std::string> overrides) {
  yaml::Findings findings;
  auto experiment = yaml::read_overridden<Experiment>(yaml::read_document(file, file_kind()),
                                                      overrides, findings);
  // Those that stand there by default.
  if (!experiment.seconds.empty() && !findings.given("budgets")) experiment.budgets.clear();
  detail::check_problem(experiment.objectives, experiment.limits,
                        detail::names_of(experiment.evaluation), findings);
  detail::check_cost(experiment.cost, simulated_metrics(experiment), findings);
  check_evaluation(experiment, findings);
  check_input(experiment, findings);
  check_search(experiment, findings);
  check_names(experiment, findings);
  check_published(experiment, findings);
  check_budgets(experiment, findings);
  check_metrics(experiment, findings);
  check_reference(experiment, findings);
  findings.check();
  return experiment;
}

bool is_experiment(const std::filesystem::path& file) {
  const yaml::Document document = yaml::read_document(file, file_kind());
  const yaml::Node* search = document.root.find("search");
  const auto has = [&](const char* key) { return document.root.find(key) != nullptr; };
  return has("seeds") || has("budgets") || has("seconds") ||
         (search != nullptr && search->kind == yaml::Node::Kind::Sequence);
}

}  // namespace evonas::config
