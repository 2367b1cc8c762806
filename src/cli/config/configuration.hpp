#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "cli/config/predictors_section.hpp"
#include "cli/config/source_sections.hpp"
#include "cli/config/space_section.hpp"
#include "search/algorithm.hpp"
#include "search/driver.hpp"
#include "search/problem.hpp"
#include "yaml/document.hpp"

namespace evonas::yaml {
class Findings;
}

namespace evonas::config {

/// What configuration files are called in messages.
yaml::FileKind file_kind();

/// The metrics that every network has, computed from its graph.
const std::vector<std::string>& free_metrics();

struct ObjectiveSection {
  std::string metric;
  std::string goal;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("metric", metric, "a metric under `evaluation`, or params, macs, flops, memory_bytes",
          required());
    visit("goal", goal, "what is better", required(one_of({"minimize", "maximize"})));
  }
};

/// What happens to the best network when the search has ended.
struct FinalSection {
  std::optional<evaluation::TrainingOptions> train;
  std::optional<evaluation::LatencyOptions> measure;

  /// What `train` and `measure` start from: the training and latency of the search.
  evaluation::TrainingOptions search_training;
  evaluation::LatencyOptions search_latency;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("train", train,
          "train once more and read the test accuracy; what is not given is as in the search", {},
          search_training);
    visit("measure", measure, "measure the latency again; what is not given is as in the search",
          {}, search_latency);
  }
};

/// What valid objectives and limits state.
search::Problem make_problem(std::span<const ObjectiveSection> objectives,
                             std::span<const std::string> limits);

/// A search, as a configuration file asks for it.
struct Configuration {
  AnySpaceSection space;
  std::string among;
  std::optional<std::string> input;
  std::vector<ObjectiveSection> objectives;
  std::vector<std::string> limits;
  std::map<std::string, SourceSection> evaluation;
  std::optional<std::string> cost;
  search::AlgorithmOptions search;
  PredictorsSection predictors;
  search::Budget budget;
  std::optional<FinalSection> final;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("space", space, "where architectures come from: a name, or a mapping with its options",
          required());
    visit("among", among,
          "table file of that space that 'evonas table import' wrote: the search asks for its "
          "architectures alone, as where only these have been measured; empty is all of the space",
          file_path());
    visit("input", input,
          "what networks read where no training says so: cifar10, cifar100, imagenet16, imagenet, "
          "fashion_mnist, mnist or CxHxW:CLASSES",
          checked(input_fault));
    visit("objectives", objectives, "what is searched for; the best network is best in the first",
          required());
    visit("limits", limits, "hard limits such as latency_ms <= 4; results keep all of them",
          checked(limit_fault));
    visit("evaluation", evaluation, "where the values of each metric come from");
    visit("cost", cost,
          "the metric under `evaluation`, of a table or a TorchScript module, that holds the "
          "seconds an evaluation took (budget.training_seconds); trainings and measurements tell "
          "theirs themselves");
    visit("search", search, "algorithm and its options");
    visit("predictors", predictors,
          "what predictors read that guide a search, where their networks compute, and how they "
          "learn");
    visit("budget", budget, "when the search ends, whichever comes first", required());
    visit("final", final, "what happens to the best network at the end", {}, final_defaults());
  }

  /// The problem that objectives and limits state, these with the confidence that their sources ask
  /// for.
  search::Problem problem() const;

  /// The training among the sources, or nullptr; one that only screens is none.
  const evaluation::TrainingOptions* training() const;

  /// Whether a metric only screens, so that its source is asked about no full evaluation.
  bool screens(const std::string& metric) const;

  /// Options of the first measured or looked-up latency among the sources, or nullptr.
  const evaluation::LatencyOptions* latency() const;

  /// Whether a metric is used that depends on what networks read.
  bool needs_input() const;

  static std::string input_fault(const std::string& text);
  static std::string limit_fault(const std::string& text);

 private:
  FinalSection final_defaults() const;
};

/// Reads a configuration file, applies the overrides ("budget.evaluations=20", paths in them
/// relative to the current folder), and checks it as a whole. Throws yaml::YamlError with all
/// faults.
Configuration load_configuration(const std::filesystem::path& file,
                                 std::span<const std::string> overrides = {});

/// The same for YAML in memory, with relative paths counting from `folder`.
Configuration parse_configuration(std::string_view yaml, const std::filesystem::path& folder,
                                  std::span<const std::string> overrides = {});

/// Markdown: how configurations are written, and a table of every option of searches and of
/// experiments.
std::string options_page();

namespace detail {
/// Checks that searches and experiments share: objectives and limits against the metrics that have
/// a source.
void check_problem(const std::vector<ObjectiveSection>& objectives,
                   const std::vector<std::string>& limits, const std::vector<std::string>& sources,
                   yaml::Findings& findings);

/// A check that they share too: what the guidance of an algorithm, which stands at `path`, says of
/// screening, against the problem and the metrics that have a source.
void check_screening(const search::AlgorithmOptions& options, const std::string& path,
                     const std::vector<ObjectiveSection>& objectives,
                     const std::vector<std::string>& limits,
                     const std::vector<std::string>& sources, yaml::Findings& findings);

/// A check that they share too: where the guidance of an algorithm, which stands at `path`, names
/// predictors of metrics, these are of the problem and predicted; where it asks for shared heads,
/// its predictor has some, and is one for all metrics.
void check_predictors(const search::AlgorithmOptions& options, const std::string& path,
                      const std::vector<ObjectiveSection>& objectives,
                      const std::vector<std::string>& limits, yaml::Findings& findings);

/// A check that they share too: priors that name metrics name those of the problem that are
/// predicted, and none is there where an algorithm shares heads.
void check_priors(const PredictorsSection& predictors,
                  const std::vector<ObjectiveSection>& objectives,
                  const std::vector<std::string>& limits, bool shares_heads,
                  yaml::Findings& findings);

/// A check that they share too: `cost`, where it is given, is one of `metrics`, those that a table
/// or a TorchScript module gives.
void check_cost(const std::optional<std::string>& cost, const std::vector<std::string>& metrics,
                yaml::Findings& findings);

/// Whether the commands among the sources can be run, and report what is asked of them.
void check_commands(const Configuration& configuration, yaml::Findings& findings);

/// Whether the sources and the algorithm suit the driver.
void check_driver(const Configuration& configuration, yaml::Findings& findings);

/// The keys of a map.
template <class T>
std::vector<std::string> names_of(const std::map<std::string, T>& map) {
  std::vector<std::string> names;
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}
}  // namespace detail

}  // namespace evonas::config
