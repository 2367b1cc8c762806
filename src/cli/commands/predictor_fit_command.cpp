#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/table_noise.hpp"
#include "predictor/predictor_list.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;

struct FitOptions {
  std::string table;
  std::string metric;
  std::string model = "evonas";
  std::string input;
  std::string pretrained;
  std::string out;
  std::size_t train = 0;
  std::int64_t epochs = 0;
  predictor::ComputingOptions computing;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  bool noise = false;
  bool json = false;
};

/// The rows of a table that have the metric, or so many of them drawn at random.
std::vector<predictor::Label> labels_of(const BenchmarkTable& table, const FitOptions& options) {
  const std::span<const double> values = table.values(options.metric);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (!std::isnan(values[row])) rows.push_back(row);
  }
  if (options.train > rows.size()) {
    throw predictor::PredictorError(
        fmt::format("--train {}: {} has the metric {} of {} architectures only", options.train,
                    options.table, options.metric, rows.size()));
  }
  if (options.train > 0) {
    Rng(options.seed, "labels of a fit").shuffle(std::span(rows));
    rows.resize(options.train);
  }
  std::vector<double> noises(values.size(), 0.0);
  if (options.noise) noises = evaluation::label_noise(table, options.metric);
  std::vector<predictor::Label> labels;
  for (const std::size_t row : rows) {
    labels.push_back({table.genotype(row), values[row], noises[row]});
  }
  return labels;
}

int fit(const FitOptions& options) {
  predictor::check_predictor_name(options.model);
  const evaluation::TableAbout about = evaluation::read_table_about(options.table);
  const spaces::AnySpace space = config::make_space(about.space, about.space_options);
  const BenchmarkTable table = BenchmarkTable::open(options.table, space);
  const evaluation::TableMetric& metric = table.metric(options.metric);
  const std::vector<predictor::Label> labels = labels_of(table, options);

  const Interrupt interrupt;
  const PredictorSource source(space, {.input = input_of(options.input),
                                       .pretrained = options.pretrained,
                                       .epochs = options.epochs,
                                       .computing = options.computing});
  std::unique_ptr<predictor::Predictor> fitted;
  ThreadArena arena(options.threads);
  const bool done = unless_interrupted(interrupt, [&] {
    arena.execute([&] {
      fitted = source.make(options.model);
      pretrain(source, options.model, interrupt.token());
      ProgressLine line("fitting");
      fitted->fit(labels, {.seed = options.seed,
                           .stop = interrupt.token(),
                           .progress = [&](double share) { line.share(share); }});
    });
  });
  if (!done) return kInterrupted;
  const predictor::CheckpointAbout fitted_about{
      .predictor = options.model,
      .space = about.space,
      .space_options = about.space_options,
      .input = options.input,
      .metric = metric.name,
      .unit = metric.unit,
      .higher_is_better = metric.direction != evaluation::Direction::Minimize,
      .labels = labels.size(),
      .source = about.source_file};
  write_atomically(options.out, predictor::checkpoint_bytes(fitted_about, fitted->state()));
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"file", options.out},
                                      {"predictor", options.model},
                                      {"metric", metric.name},
                                      {"labels", labels.size()},
                                      {"parameters", fitted->parameters()}}
                           .dump(2));
  } else {
    fmt::print("{}: {} of {} architectures of {}, {} parameters\n", options.out, metric.name,
               labels.size(), about.space, fitted->parameters());
  }
  return kDone;
}

}  // namespace

void add_predictor_fit_command(CLI::App& predictor, Action& action) {
  auto options = std::make_shared<FitOptions>();
  CLI::App* command =
      predictor.add_subcommand("fit", "Fit a predictor to labels of a table and keep it in a file");
  command->add_option("--table", options->table, "table file that 'evonas table import' wrote")
      ->required()
      ->type_name("FILE");
  command->add_option("--metric", options->metric, "metric to learn")->required();
  command->add_option("--model", options->model, "predictor (see evonas predictor --help)")
      ->capture_default_str();
  command
      ->add_option("--train", options->train,
                   "how many labels to learn from, drawn at random; 0 is all")
      ->capture_default_str();
  command->add_option("--out", options->out, "file to write")->required()->type_name("FILE");
  command->add_option("--seed", options->seed, "seed of the draw and of the fit")
      ->capture_default_str();
  add_input(*command, options->input);
  add_pretrained(*command, options->pretrained);
  add_epochs(*command, options->epochs);
  add_computing(*command, options->computing);
  add_noise(*command, options->noise);
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(R"(Labels of one's own are a table first: evonas table import --csv FILE ...

Example:
  evonas predictor fit --table tables/nasbench201.sqlite --metric cifar10_val_200 --train 156 \
    --out accuracy.predictor)");
  set_action(*command, action, options, fit);
}

}  // namespace evonas::cli
