#include "cli/run/setup.hpp"

#include <filesystem>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/key.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/predictors.hpp"
#include "cli/run/torch_module.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/tabulated_space.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

using config::Configuration;

/// What predictions follow from; devices round differently, but mean the same. Priors are named by
/// what they are; whoever only looks at a search needs no file that has gone.
std::string text_of(config::PredictorsSection how) {
  how.networks.computing = {};
  const bool informed = how.has_prior();
  const auto name_by_content = [](std::string& file) {
    if (std::filesystem::exists(file)) file = Key::of(read_whole(file)).hex();
  };
  name_by_content(how.prior.one);
  for (auto& [metric, file] : how.prior.named) name_by_content(file);
  std::string text = yaml::to_yaml(how);
  if (text == yaml::to_yaml(config::PredictorsSection{})) return "";
  // Searches without a prior may be older than it.
  if (!informed) text.erase(text.rfind("prior:"));
  return text;
}

/// What tells the part of a space that a search has from others; empty where it has all.
std::string text_of_part(const Configuration& configuration, const spaces::AnySpace& searched) {
  if (configuration.among.empty()) return "";
  KeyStream rows;
  for (std::uint64_t i = 0; i < searched.size(); ++i) rows.add(searched.at(i).genes());
  return rows.key().hex();
}

}  // namespace

spaces::AnySpace searched_space(const Configuration& configuration) {
  const spaces::AnySpace space = config::make_space(configuration.space);
  if (configuration.among.empty()) return space;
  const auto table = std::make_shared<const evaluation::BenchmarkTable>(
      evaluation::BenchmarkTable::open(configuration.among, space));
  if (table->size() < 2) {
    throw evaluation::EvaluationError(
        fmt::format("{} has {} architectures to search among, expected at least two",
                    configuration.among, table->size()));
  }
  return evaluation::tabulated(space, table);
}

search::SearchSetup make_setup(const Configuration& configuration, std::size_t threads,
                               Sources sources, const SearchHost& host) {
  // What predicts and evaluates is of the whole space: it looks at more than is searched.
  const spaces::AnySpace space = config::make_space(configuration.space);
  const search::Guidance guidance =
      learnt_guidance(space, configuration.predictors, configuration.search.guidance.pretrained);
  const spaces::AnySpace searched = searched_space(configuration);
  return {.space = searched,
          .problem = configuration.problem(),
          .algorithm = configuration.search,
          .budget = configuration.budget,
          .sources = make_sources(configuration, space, threads, sources, host),
          .make_predictor = guidance.make_predictor,
          .among = text_of_part(configuration, searched),
          .latent = guidance.latent,
          .predictors = guidance.predictors,
          .make_joint_predictor = guidance.make_joint_predictor,
          .threads = threads};
}

search::Guidance learnt_guidance(const spaces::AnySpace& space,
                                 const config::PredictorsSection& how,
                                 const std::filesystem::path& pretrained) {
  const PredictorSource source(
      space, {.statics = how.statics, .pretrained = pretrained, .networks = how.networks});
  return {.make_predictor =
              [source, prior = how.prior](const std::string& name, const std::string& metric) {
                const std::string* const file = prior.of(metric);
                if (file == nullptr || file->empty()) return source.make(name);
                return source.with_prior(read_whole(*file), *file).make(name);
              },
          .known = {},
          .latent = {.embed =
                         [source](std::span<const spaces::Genotype> block) {
                           return source.learnt().embed(predictor::Pretraining::Arch2Vec, block);
                         },
                     .make_policy =
                         [](std::size_t width, std::uint64_t seed) {
                           return torch_module().make_policy(width, seed);
                         }},
          .predictors = text_of(how),
          .make_joint_predictor =
              [source](const std::string& name, std::size_t metrics) {
                return source.make_joint(name, metrics);
              }};
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
