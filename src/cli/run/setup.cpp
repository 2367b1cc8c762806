#include "cli/run/setup.hpp"

#include <filesystem>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/run/network_sources.hpp"
#include "cli/run/predictors.hpp"
#include "evaluation/graph_costs.hpp"
#include "evaluation/latency_blocks/block_latency.hpp"
#include "evaluation/table/benchmark_table.hpp"

namespace evonas::cli {
namespace {

using config::Configuration;

/// Names a metric without being able to evaluate it.
class DeclaredSource final : public evaluation::Evaluator {
 public:
  explicit DeclaredSource(evaluation::Metric metric) : metric_(std::move(metric)) {}

  std::vector<evaluation::Metric> metrics() const override { return {metric_}; }
  bool deterministic() const override { return false; }
  void evaluate(std::span<const evaluation::Candidate> /*block*/,
                const evaluation::OutcomeSink& /*sink*/, std::stop_token /*stop*/) override {
    throw evaluation::EvaluationError("the metric " + metric_.name + " is only declared here");
  }

 private:
  evaluation::Metric metric_;
};

/// One metric of a table whose evaluations screen: they take a share of the seconds that the table
/// has, where it has any.
class ScreeningTable final : public evaluation::Evaluator {
 public:
  /// `table` has `metric` and may have another one, which is not told of.
  ScreeningTable(evaluation::TableEvaluator table, std::string metric, double share)
      : table_(std::move(table)), metric_(std::move(metric)), share_(share) {}

  std::vector<evaluation::Metric> metrics() const override {
    std::vector<evaluation::Metric> metrics = table_.metrics();
    std::erase_if(metrics, [&](const auto& metric) { return metric.name != metric_; });
    return metrics;
  }
  bool deterministic() const override { return true; }
  void evaluate(std::span<const evaluation::Candidate> block, const evaluation::OutcomeSink& sink,
                std::stop_token stop) override {
    const auto receive = [&](std::size_t i, evaluation::Outcome outcome) {
      std::erase_if(outcome.metrics, [&](const auto& value) { return value.first != metric_; });
      outcome.seconds *= share_;
      sink(i, std::move(outcome));
    };
    table_.evaluate(block, receive, std::move(stop));
  }

 private:
  evaluation::TableEvaluator table_;
  std::string metric_;
  double share_;
};

/// Builds the sources of one search.
class SourceList {
 public:
  SourceList(const Configuration& configuration, const spaces::AnySpace& space, std::size_t threads,
             Sources mode)
      : configuration_(configuration),
        space_(space),
        threads_(threads),
        declared_(mode == Sources::Declared),
        input_(network_input(configuration)) {}

  std::vector<search::Source> build() {
    if (input_) {
      add("graph", std::make_shared<evaluation::GraphCosts>(space_, *input_));
    }
    add_tables();
    add_each<config::BlocksSection>();
    add_each<config::LookupSection>();
    add_each<config::MeasureSection>();
    add_each<config::TrainSection>();
    return std::move(sources_);
  }

 private:
  void add(std::string name, std::shared_ptr<evaluation::Evaluator> evaluator) {
    sources_.push_back({std::move(name), std::move(evaluator)});
  }

  /// One source for each table file, named by its metrics, and one for each metric that screens.
  void add_tables() {
    std::map<std::string, std::map<std::string, std::string>> columns;
    std::set<std::string> cheap;
    for (const auto& [metric, source] : configuration_.evaluation) {
      if (const auto* table = std::get_if<config::TableSection>(&source)) {
        columns[table->table][metric] = table->metric.empty() ? metric : table->metric;
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
      add(screening.metric,
          std::make_shared<ScreeningTable>(evaluation::TableEvaluator(table, own, cheap, cost),
                                           screening.metric, screening.share));
    }
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
    return make_lookup_source(space_, *input_, section.lookup, section.options, metric);
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

  std::shared_ptr<evaluation::Evaluator> make(const config::MeasureSection& section,
                                              const std::string& metric) const {
    if (declared_) return declare(metric, "ms", evaluation::CostClass::Expensive);
    return make_measuring_source(space_, *input_, section.measure, metric);
  }

  std::shared_ptr<evaluation::Evaluator> make(const config::TrainSection& section,
                                              const std::string& metric) const {
    if (declared_) return declare(metric, "%", evaluation::CostClass::Expensive);
    evaluation::TrainingOptions options = section.train;
    if (options.concurrency == 0 && options.device == "cpu") {
      options.concurrency = static_cast<std::int64_t>(threads_);
    }
    return make_training_source(space_, options, metric, configuration_.search.seed);
  }

  static std::shared_ptr<evaluation::Evaluator> declare(const std::string& metric,
                                                        const std::string& unit,
                                                        evaluation::CostClass cost) {
    return std::make_shared<DeclaredSource>(evaluation::Metric{metric, unit, cost});
  }

  const Configuration& configuration_;
  const spaces::AnySpace& space_;
  std::size_t threads_;
  bool declared_;
  std::optional<spaces::NetworkInput> input_;
  std::vector<search::Source> sources_;
};

}  // namespace

search::SearchSetup make_setup(const Configuration& configuration, std::size_t threads,
                               Sources sources) {
  const spaces::AnySpace space = config::make_space(configuration.space);
  return {.space = space,
          .problem = configuration.problem(),
          .algorithm = configuration.search,
          .budget = configuration.budget,
          .sources = SourceList(configuration, space, threads, sources).build(),
          .make_predictor = predictor_maker(space),
          .threads = threads};
}

std::function<std::unique_ptr<predictor::Predictor>(const std::string& name)> predictor_maker(
    const spaces::AnySpace& space) {
  return [source = PredictorSource(space)](const std::string& name) { return source.make(name); };
}

std::map<std::string, evaluation::Metric> metrics_of(const search::SearchSetup& setup,
                                                     const Configuration& configuration) {
  std::map<std::string, evaluation::Metric> metrics;
  for (const search::Source& source : setup.sources) {
    for (const evaluation::Metric& metric : source.evaluator->metrics()) {
      metrics[metric.name] = metric;
    }
  }
  const auto add = [&](const std::string& name, const std::string& unit) {
    metrics.try_emplace(name, evaluation::Metric{name, unit, evaluation::CostClass::Expensive});
  };
  if (configuration.final && configuration.final->train) add(kTestAccuracy, "%");
  if (configuration.final && configuration.final->measure) add(latency_metric(configuration), "ms");
  return metrics;
}

std::optional<spaces::NetworkInput> network_input(const Configuration& configuration) {
  if (const auto* training = configuration.training()) return input_of_training(*training);
  if (configuration.input) return spaces::NetworkInput::parse(*configuration.input);
  return std::nullopt;
}

std::string latency_metric(const Configuration& configuration) {
  for (const auto& [metric, source] : configuration.evaluation) {
    if (std::holds_alternative<config::MeasureSection>(source) ||
        std::holds_alternative<config::LookupSection>(source)) {
      return metric;
    }
  }
  return "latency_ms";
}

}  // namespace evonas::cli
