#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stop_token>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "predictor/predictor_benchmark.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;
using predictor::BenchmarkFit;

struct BenchmarkOptions {
  std::string table;
  std::string metric;
  std::string test_metric;
  std::vector<std::string> models;
  std::vector<std::size_t> train;
  std::size_t refresh = 0;
  std::size_t test = 0;
  std::size_t seeds = 5;
  std::string split = "random";
  std::string input;
  std::string pretrained;
  std::int64_t epochs = 0;
  std::size_t threads = 0;
  bool json = false;
};

/// The rows of the table that have all values asked for.
predictor::BenchmarkData data_of(const BenchmarkTable& table, const BenchmarkOptions& options) {
  const std::span<const double> values = table.values(options.metric);
  const std::span<const double> test_values =
      options.test_metric.empty() ? std::span<const double>{} : table.values(options.test_metric);
  predictor::BenchmarkData data;
  data.higher_is_better = table.metric(options.metric).direction != evaluation::Direction::Minimize;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::isnan(values[row]) || (!test_values.empty() && std::isnan(test_values[row]))) continue;
    data.genotypes.push_back(table.genotype(row));
    data.values.push_back(values[row]);
    if (!test_values.empty()) data.test_values.push_back(test_values[row]);
  }
  return data;
}

/// Mean and standard deviation over seeds of one figure.
std::pair<double, double> moments(std::span<const BenchmarkFit> fits,
                                  double BenchmarkFit::*figure) {
  const auto count = static_cast<double>(fits.size());
  double mean = 0.0;
  for (const BenchmarkFit& fit : fits) mean += fit.*figure / count;
  double variance = 0.0;
  for (const BenchmarkFit& fit : fits) variance += std::pow(fit.*figure - mean, 2) / count;
  return {mean, std::sqrt(variance)};
}

nlohmann::json summary(const std::string& model, std::size_t train, std::size_t tested,
                       bool has_test, std::span<const BenchmarkFit> fits) {
  nlohmann::json result = {{"model", model},
                           {"train", train},
                           {"tested", tested},
                           {"seeds", fits.size()},
                           {"parameters", fits.front().parameters}};
  const auto add = [&](const std::string& name, double BenchmarkFit::*figure) {
    const auto [mean, deviation] = moments(fits, figure);
    result[name + "_mean"] = mean;
    result[name + "_std"] = deviation;
  };
  add("tau", &BenchmarkFit::tau);
  if (has_test) add("test_tau", &BenchmarkFit::test_tau);
  add("tau_top10", &BenchmarkFit::top10_tau);
  add("deviation_rho", &BenchmarkFit::deviation_rho);
  add("coverage90", &BenchmarkFit::coverage90);
  result["fit_seconds"] = moments(fits, &BenchmarkFit::fit_seconds).first;
  result["refresh_seconds"] = moments(fits, &BenchmarkFit::refresh_seconds).first;
  result["architectures_per_second"] =
      static_cast<double>(tested) / moments(fits, &BenchmarkFit::predict_seconds).first;
  return result;
}

/// The head and a row of a table in Markdown, which is readable on a terminal too.
void print_head(const BenchmarkOptions& options) {
  std::string head = "| model | labels | tau |";
  if (!options.test_metric.empty()) head += " test tau |";
  head += " tau, best 10 % | 90 % intervals hold | rho of deviations | fit, s |";
  if (options.refresh > 0) head += " refresh, s |";
  head += " scored/s |";
  const auto bars = static_cast<std::size_t>(std::ranges::count(head, '|'));
  fmt::print("{}\n{}\n", head, fmt::join(std::vector<std::string>(bars, "|"), "---"));
}

void print_row(const nlohmann::json& result, const BenchmarkOptions& options) {
  const auto number = [&](const std::string& name) { return result.at(name).get<double>(); };
  const auto moments_of = [&](const std::string& name) {
    return fmt::format(" {:.3f} ± {:.3f} |", number(name + "_mean"), number(name + "_std"));
  };
  std::string row = fmt::format("| {} | {} |", result.at("model").get<std::string>(),
                                result.at("train").get<std::size_t>());
  row += moments_of("tau");
  if (!options.test_metric.empty()) row += moments_of("test_tau");
  row += moments_of("tau_top10");
  row += fmt::format(" {:.1f} % | {:.2f} | {:.2f} |", 100.0 * number("coverage90_mean"),
                     number("deviation_rho_mean"), number("fit_seconds"));
  if (options.refresh > 0) row += fmt::format(" {:.2f} |", number("refresh_seconds"));
  fmt::print("{} {:.0f} |\n", row, number("architectures_per_second"));
  std::fflush(stdout);  // the next row can take minutes
}

/// Fits a model from so many labels once a seed, the seeds beside each other.
std::vector<BenchmarkFit> benchmark_model(const PredictorSource& source, const std::string& model,
                                          std::size_t train, const predictor::BenchmarkData& data,
                                          const BenchmarkOptions& options,
                                          const std::stop_token& stop) {
  const predictor::Split split =
      options.split == "first" ? predictor::Split::First : predictor::Split::Random;
  std::vector<BenchmarkFit> fits(options.seeds);
  parallel_for(options.seeds, [&](std::size_t seed) {
    const auto fitted = source.make(model);
    fits[seed] = predictor::benchmark_fit(
        *fitted, data, {.train = train, .refresh = options.refresh, .test = options.test}, split,
        seed + 1, stop);
  });
  return fits;
}

int benchmark(const BenchmarkOptions& options) {
  const evaluation::TableAbout about = evaluation::read_table_about(options.table);
  const spaces::AnySpace space = config::make_space(about.space, about.space_options);
  for (const std::string& model : options.models) predictor::check_predictor_name(model);
  const BenchmarkTable table = BenchmarkTable::open(options.table, space);
  const predictor::BenchmarkData data = data_of(table, options);
  const bool has_test = !data.test_values.empty();
  const Interrupt interrupt;
  const PredictorSource source(space, {.input = input_of(options.input),
                                       .pretrained = options.pretrained,
                                       .epochs = options.epochs});
  ThreadArena arena(options.threads);
  nlohmann::json results = nlohmann::json::array();
  if (!options.json) print_head(options);
  for (const std::string& model : options.models) {
    for (const std::size_t train : options.train) {
      std::vector<BenchmarkFit> fits;
      const bool done = unless_interrupted(interrupt, [&] {
        arena.execute([&] {
          if (predictor::has_networks(model)) pretrain(source, interrupt.token());
          fits = benchmark_model(source, model, train, data, options, interrupt.token());
        });
      });
      if (!done) return kInterrupted;
      const std::size_t left = data.genotypes.size() - train;
      const std::size_t tested = options.test > 0 ? std::min(options.test, left) : left;
      results.push_back(summary(model, train, tested, has_test, fits));
      if (!options.json) print_row(results.back(), options);
    }
  }
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"table", options.table},
                                      {"metric", options.metric},
                                      {"split", options.split},
                                      {"architectures", data.genotypes.size()},
                                      {"results", results}}
                           .dump(2));
  }
  return kDone;
}

}  // namespace

void add_predictor_benchmark_command(CLI::App& predictor, Action& action) {
  auto options = std::make_shared<BenchmarkOptions>();
  CLI::App* command = predictor.add_subcommand(
      "benchmark", "Compare how well predictors rank the architectures of a table");
  command->add_option("--table", options->table, "table file that 'evonas table import' wrote")
      ->required()
      ->type_name("FILE");
  command->add_option("--metric", options->metric, "metric to learn, and to test on")->required();
  command->add_option("--test-metric", options->test_metric, "second metric to test on");
  command->add_option("--model", options->models, "predictors to compare")
      ->required()
      ->delimiter(',');
  command->add_option("--train", options->train, "numbers of labels to learn from")
      ->required()
      ->delimiter(',');
  command
      ->add_option("--refresh", options->refresh,
                   "of the labels, so many come after the fit: how a refresh does")
      ->capture_default_str();
  command
      ->add_option("--test", options->test,
                   "most architectures to test on, drawn at random; 0 is all that are left")
      ->capture_default_str();
  command->add_option("--seeds", options->seeds, "splits of each size")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--split", options->split, "architectures to learn from")
      ->check(CLI::IsMember({"random", "first"}))
      ->capture_default_str();
  add_input(*command, options->input);
  add_pretrained(*command, options->pretrained);
  add_epochs(*command, options->epochs);
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(
      R"(Every predictor learns from the same labels, drawn anew for each seed, and is tested on all
architectures that it did not learn from. Figures are means and standard deviations over seeds.

Example:
  evonas predictor benchmark --table tables/nasbench201.sqlite --metric cifar10_val_200 \
    --model gp,random --train 78,156 --seeds 5)");
  set_action(*command, action, options, benchmark);
}

}  // namespace evonas::cli
