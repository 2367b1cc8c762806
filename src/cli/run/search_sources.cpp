#include "cli/run/search_sources.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "cli/run/predicted_metric.hpp"
#include "cli/run/ray_source.hpp"
#include "cli/run/stand_in_sources.hpp"
#include "cli/run/torch_module.hpp"
#include "evaluation/command/command_evaluator.hpp"
#include "evaluation/graph_costs.hpp"
#include "evaluation/latency_blocks/block_latency.hpp"
#include "evaluation/table/benchmark_table.hpp"

namespace evonas::cli {
namespace {

using config::Configuration;

/// Builds the sources of one search.
class SourceList {
 public:
  SourceList(const Configuration& configuration, const spaces::AnySpace& space, std::size_t threads,
             Sources mode, const SearchHost& host)
      : configuration_(configuration),
        space_(space),
        threads_(threads),
        declared_(mode == Sources::Declared),
        host_(host),
        input_(network_input(configuration)) {}

  std::vector<search::Source> build() {
    if (input_) {
      add("graph", std::make_shared<evaluation::GraphCosts>(space_, *input_));
    }
    add_tables();
    add_each<config::BlocksSection>();
    add_each<config::PredictSection>();
    add_each<config::LookupSection>();
    add_scripts();
    add_each<config::MeasureSection>();
    add_each<config::TrainSection>();
    add_each_with_others<config::CommandSection>();
    add_each_with_others<config::RaySection>();
    add_told();
    return std::move(sources_);
  }

 private:
  using ScriptOutputs = std::vector<evaluation::ScriptOutput>;

  void add(std::string name, std::shared_ptr<evaluation::Evaluator> evaluator) {
    sources_.push_back({std::move(name), std::move(evaluator)});
  }

  /// One source for each table file, named by its metrics, and one for each metric that screens.
  void add_tables() {
    std::map<std::string, std::map<std::string, std::string>> columns;
    std::set<std::string> cheap;
    for (const auto& [metric, source] : configuration_.evaluation) {
      if (const auto* table = std::get_if<config::TableSection>(&source)) {
        columns[table->table][metric] = table->column_of(metric);
        if (table->cost == "cheap") cheap.insert(metric);
      }
    }
    for (auto& [file, names] : columns) {
      auto table = std::make_shared<const evaluation::BenchmarkTable>(
          evaluation::BenchmarkTable::open(file, space_));
      add_screenings(table, names, cheap);
      if (names.empty()) continue;
      std::string name;
      for (const auto& [metric, column] : names) name += (name.empty() ? "" : "+") + metric;
      add(std::move(name), std::make_shared<evaluation::TableEvaluator>(
                               std::move(table), std::move(names), cheap,
                               configuration_.cost.value_or(std::string())));
    }
  }

  /// Takes the metrics that screen out of `names`, the columns of a table by metric.
  void add_screenings(const std::shared_ptr<const evaluation::BenchmarkTable>& table,
                      std::map<std::string, std::string>& names,
                      const std::set<std::string>& cheap) {
    const std::string cost = configuration_.cost.value_or(std::string());
    const std::map<std::string, std::string> all = names;
    for (const search::ScreeningOptions& screening : configuration_.search.guidance.screening) {
      if (names.erase(screening.metric) == 0) continue;
      std::map<std::string, std::string> own{{screening.metric, all.at(screening.metric)}};
      if (all.contains(cost)) own[cost] = all.at(cost);
      add_screening(screening,
                    std::make_shared<evaluation::TableEvaluator>(table, own, cheap, cost));
    }
  }

  void add_screening(const search::ScreeningOptions& screening,
                     std::shared_ptr<evaluation::Evaluator> source) {
    add(screening.metric,
        std::make_shared<ScreeningSource>(std::move(source), screening.metric, screening.share));
  }

  /// One source for each TorchScript file, named by its metrics, and one for each metric that
  /// screens.
  void add_scripts() {
    std::map<std::string, ScriptOutputs> files;
    for (const auto& [metric, source] : configuration_.evaluation) {
      if (const auto* script = std::get_if<config::TorchScriptSection>(&source)) {
        const auto cost = script->cost == "cheap" ? evaluation::CostClass::Cheap
                                                  : evaluation::CostClass::Simulated;
        files[script->torchscript].push_back({.metric = {metric, script->unit, cost},
                                              .column = static_cast<std::size_t>(script->output)});
      }
    }
    for (auto& [file, outputs] : files) {
      add_screenings(file, outputs);
      if (outputs.empty()) continue;
      std::string name;
      for (const evaluation::ScriptOutput& output : outputs) {
        name += (name.empty() ? "" : "+") + output.metric.name;
      }
      add(std::move(name), make_script(file, outputs));
    }
  }

  /// Takes the metrics that screen out of `outputs`, those of a TorchScript file.
  void add_screenings(const std::string& file, ScriptOutputs& outputs) {
    const ScriptOutputs all = outputs;
    for (const search::ScreeningOptions& screening : configuration_.search.guidance.screening) {
      const auto screens = [&](const evaluation::ScriptOutput& output) {
        return output.metric.name == screening.metric;
      };
      if (std::erase_if(outputs, screens) == 0) continue;
      ScriptOutputs own;
      for (const evaluation::ScriptOutput& output : all) {
        if (screens(output) || output.metric.name == configuration_.cost) own.push_back(output);
      }
      add_screening(screening, make_script(file, own));
    }
  }

  std::shared_ptr<evaluation::Evaluator> make_script(const std::string& file,
                                                     const ScriptOutputs& outputs) const {
    // A report needs no more than the names of the metrics where the file has gone.
    if (declared_ && !std::filesystem::exists(file)) {
      std::vector<evaluation::Metric> metrics;
      for (const evaluation::ScriptOutput& output : outputs) metrics.push_back(output.metric);
      return std::make_shared<DeclaredSource>(std::move(metrics));
    }
    return torch_module().make_torchscript_source(space_, file, outputs,
                                                  configuration_.cost.value_or(std::string()));
  }

  /// One source for each of these sections, named by its metric and those that are reported with it
  /// (`from`).
  template <class Section>
  void add_each_with_others() {
    for (const auto& [metric, source] : configuration_.evaluation) {
      const auto* own = std::get_if<Section>(&source);
      if (own == nullptr) continue;
      std::string name = metric;
      std::vector<evaluation::Metric> metrics{evaluation::Metric{metric, own->unit}};
      for (const auto& [other, its_source] : configuration_.evaluation) {
        const auto* section = std::get_if<config::FromSection>(&its_source);
        if (section == nullptr || section->from != metric) continue;
        name += "+" + other;
        metrics.push_back({other, section->unit});
      }
      add(std::move(name), make(*own, std::move(metrics)));
    }
  }

  /// One source for all that the program tells, named by its metrics, and one for each metric that
  /// screens.
  void add_told() {
    std::string name;
    std::vector<evaluation::Metric> metrics;
    for (const auto& [metric, source] : configuration_.evaluation) {
      const auto* section = std::get_if<config::ToldSection>(&source);
      if (section == nullptr) continue;
      evaluation::Metric told{metric, section->told.unit};
      if (configuration_.screens(metric)) {
        add(metric, make_told({std::move(told)}));
      } else {
        name += (name.empty() ? "" : "+") + metric;
        metrics.push_back(std::move(told));
      }
    }
    if (!metrics.empty()) add(std::move(name), make_told(std::move(metrics)));
  }

  std::shared_ptr<evaluation::Evaluator> make_told(std::vector<evaluation::Metric> metrics) const {
    if (declared_) return std::make_shared<DeclaredSource>(std::move(metrics));
    if (host_.told) return host_.told(std::move(metrics));
    throw evaluation::EvaluationError(
        fmt::format("the values of {0} are told by the program that runs the search: run it from "
                    "Python (evonas.Search), or give evaluation.{0} another source",
                    metrics.front().name));
  }

  template <class Section>
  void add_each() {
    for (const auto& [metric, source] : configuration_.evaluation) {
      if (const auto* section = std::get_if<Section>(&source)) add(metric, make(*section, metric));
    }
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::LookupSection& section,
                                              const std::string& metric) const {
    // Without its file, verification would measure instead of looking up.
    if (declared_ && !std::filesystem::exists(section.lookup)) {
      return declare(metric, "ms", evaluation::CostClass::Cheap);
    }
    // An asynchronous search looks latencies up while it trains.
    const bool is_alone = configuration_.search.driver == "synchronous";
    return torch_module().make_lookup_source(space_, *input_, section.lookup, section.options,
                                             metric, is_alone);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::BlocksSection& section,
                                              const std::string& metric) const {
    // A report needs no more than the name of the metric where the file has gone.
    if (declared_ && !std::filesystem::exists(section.blocks)) {
      return declare(metric, "ms", evaluation::CostClass::Cheap);
    }
    return std::make_shared<evaluation::BlockLatency>(
        space_, *input_, std::make_shared<evaluation::BlockLatencyTable>(section.blocks), metric);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::PredictSection& section,
                                              const std::string& metric) const {
    // A report needs no more than the name of the metric where the file has gone.
    if (declared_ && !std::filesystem::exists(section.predict)) {
      return declare(metric, {}, evaluation::CostClass::Cheap);
    }
    return make_predicted_source(space_, input_, section.predict, metric, section.device);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::MeasureSection& section,
                                              const std::string& metric) const {
    if (declared_) return declare(metric, "ms", evaluation::CostClass::Expensive);
    return torch_module().make_measuring_source(space_, *input_, section.measure, metric);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::TrainSection& section,
                                              const std::string& metric) const {
    if (declared_) return declare(metric, "%", evaluation::CostClass::Expensive);
    evaluation::TrainingOptions options = section.train;
    if (options.concurrency == 0 && options.device == "cpu") {
      options.concurrency = static_cast<std::int64_t>(threads_);
    }
    return torch_module().make_training_source(space_, options, metric, configuration_.search.seed,
                                               section.early_stopping);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::CommandSection& section,
                                              std::vector<evaluation::Metric> metrics) const {
    if (declared_) return std::make_shared<DeclaredSource>(std::move(metrics));
    return std::make_shared<evaluation::CommandEvaluator>(space_, input_, std::move(metrics),
                                                          section.options, host_.listener);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::RaySection& section,
                                              std::vector<evaluation::Metric> metrics) const {
    if (declared_) return std::make_shared<DeclaredSource>(std::move(metrics));
    return std::make_shared<RaySource>(std::make_shared<evaluation::CommandEvaluator>(
        space_, std::nullopt, std::move(metrics), ray_command(section, configuration_.space),
        host_.listener));
  }

  static std::shared_ptr<evaluation::Evaluator> declare(const std::string& metric,
                                                        const std::string& unit,
                                                        evaluation::CostClass cost) {
    return std::make_shared<DeclaredSource>(std::vector{evaluation::Metric{metric, unit, cost}});
  }

  const Configuration& configuration_;
  const spaces::AnySpace& space_;
  std::size_t threads_;
  bool declared_;
  const SearchHost& host_;
  std::optional<spaces::NetworkInput> input_;
  std::vector<search::Source> sources_;
};

}  // namespace

std::optional<spaces::NetworkInput> network_input(const Configuration& configuration) {
  if (const auto* training = configuration.training())
    return torch_module().input_of_training(*training);
  if (configuration.input) return spaces::NetworkInput::parse(*configuration.input);
  return std::nullopt;
}

std::vector<search::Source> make_sources(const Configuration& configuration,
                                         const spaces::AnySpace& space, std::size_t threads,
                                         Sources mode, const SearchHost& host) {
  return SourceList(configuration, space, threads, mode, host).build();
}

}  // namespace evonas::cli
