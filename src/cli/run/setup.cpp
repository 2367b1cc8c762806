#include "cli/run/setup.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <utility>

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

/// What predictions follow from; devices round differently, but mean the same.
std::string text_of(config::PredictorsSection how) {
  how.networks.computing = {};
  const auto name_by_content = [](std::string& file) {
    if (!file.empty()) file = Key::of(read_whole(file)).hex();
  };
  name_by_content(how.prior.one);
  for (auto& [metric, file] : how.prior.named) name_by_content(file);
  std::string text = yaml::to_yaml(how);
  return text == yaml::to_yaml(config::PredictorsSection{}) ? "" : text;
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
  return evaluation::searched_rows(space, table);
}

search::SearchSetup make_setup(const Configuration& configuration, std::size_t threads,
                               Sources sources, const SearchHost& host) {
  // What predicts and evaluates is of the whole space: it looks at more than is searched.
  const spaces::AnySpace space = config::make_space(configuration.space);
  const search::Guidance guidance =
      learnt_guidance(space, configuration.predictors, configuration.search.guidance.pretrained);
  return {.space = searched_space(configuration),
          .problem = configuration.problem(),
          .algorithm = configuration.search,
          .budget = configuration.budget,
          .sources = make_sources(configuration, space, threads, sources, host),
          .make_predictor = guidance.make_predictor,
          .latent = guidance.latent,
          .predictors = guidance.predictors,
          .make_joint_predictor = guidance.make_joint_predictor,
          .threads = threads};
}

search::Guidance learnt_guidance(const spaces::AnySpace& space,
                                 const config::PredictorsSection& how,
                                 const std::filesystem::path& pretrained) {
  const PredictorOptions options{
      .statics = how.statics, .pretrained = pretrained, .networks = how.networks};
  const PredictorSource source(space, options);
  std::map<std::string, PredictorSource> informed;  // by file
  const auto add_prior = [&](const std::string& file) {
    if (file.empty() || informed.contains(file)) return;
    PredictorOptions own = options;
    own.prior = read_whole(file);
    informed.emplace(file, PredictorSource(space, own));
  };
  add_prior(how.prior.one);
  for (const auto& [metric, file] : how.prior.named) add_prior(file);
  return {.make_predictor =
              [source, informed = std::move(informed), prior = how.prior](
                  const std::string& name, const std::string& metric) {
                const std::string* const file = prior.of(metric);
                return file == nullptr || file->empty() ? source.make(name)
                                                        : informed.at(*file).make(name);
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
              [source, prior = how.prior](const std::string& name, std::size_t metrics) {
                if (prior != OneOrNamed<std::string>{}) {
                  throw predictor::PredictorError(
                      "a prior is of one metric, and networks that several metrics share cannot "
                      "have one: leave out predictors.prior, or set guidance.heads to separate");
                }
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
