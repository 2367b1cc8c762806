#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/key.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/comparison_data.hpp"
#include "cli/run/family_space.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/unfinished_fit.hpp"
#include "evaluation/table/benchmark_table.hpp"
#include "evaluation/table/table_noise.hpp"
#include "predictor/benchmark_fit_json.hpp"
#include "predictor/predictor_list.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

using evaluation::BenchmarkTable;

struct FitOptions {
  std::string table;
  std::string latency;
  std::string metric;
  std::string model = "evonas";
  std::string input;
  std::string pretrained;
  std::string prior;
  std::string out;
  std::size_t train = 0;
  bool statics = false;
  predictor::NetworkOptions networks;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  bool noise = false;
  double checkpoint_every = 10.0;  // minutes
  bool json = false;
};

/// What is learnt, and what a checkpoint says of it.
struct FitData {
  spaces::AnySpace space;
  std::optional<spaces::NetworkInput> input;
  std::vector<predictor::Label> labels;
  predictor::CheckpointAbout about;
};

/// The rows of a table that have the metric.
FitData data_of_table(const FitOptions& options) {
  const evaluation::TableAbout about = evaluation::read_table_about(options.table);
  const spaces::AnySpace space = config::make_space(about.space, about.space_options);
  const BenchmarkTable table = BenchmarkTable::open(options.table, space);
  const evaluation::TableMetric& metric = table.metric(options.metric);
  const std::span<const double> values = table.values(options.metric);
  std::vector<double> noises(values.size(), 0.0);
  if (options.noise) noises = evaluation::label_noise(table, options.metric);
  FitData data{.space = space,
               .input = input_of(options.input),
               .labels = {},
               .about = {.space = about.space,
                         .space_options = about.space_options,
                         .input = options.input,
                         .metric = metric.name,
                         .unit = metric.unit,
                         .higher_is_better = metric.direction != evaluation::Direction::Minimize,
                         .source = about.source_file}};
  for (std::size_t row = 0; row < table.size(); ++row) {
    if (std::isnan(values[row])) continue;
    data.labels.push_back({table.genotype(row), values[row], noises[row]});
  }
  return data;
}

/// The networks of a latency benchmark.
FitData data_of_networks(const FitOptions& options) {
  if (!predictor::reads_any_network(options.model, /*sees_networks=*/true)) {
    throw predictor::PredictorError(fmt::format(
        "--latency needs a predictor that reads whole networks of any family (nnlp, node_costs, "
        "nar_former_v2, nn_former, flops, flops_memory, linear), and {} does not",
        options.model));
  }
  config::PredictorExperiment experiment;
  experiment.latency = options.latency;
  ComparisonData compared = load_comparison_data(experiment);
  FitData data{.space = compared.space,
               .input = spaces::NetworkInput{},
               .labels = {},
               .about = {.space = kFamiliesSpace,
                         .metric = compared.metric.name,
                         .unit = compared.metric.unit,
                         .higher_is_better = false,
                         .source = options.latency}};
  for (std::size_t i = 0; i < compared.data.genotypes.size(); ++i) {
    data.labels.push_back({compared.data.genotypes[i], compared.data.values[i]});
  }
  return data;
}

FitData data_of(const FitOptions& options) {
  if (options.table.empty() == options.latency.empty()) {
    throw predictor::PredictorError(
        "what is to be learnt: give one of --table FILE --metric NAME and --latency DIR");
  }
  if (options.latency.empty() && options.metric.empty()) {
    throw predictor::PredictorError("--table needs --metric NAME");
  }
  if (!options.latency.empty() &&
      (!options.metric.empty() || !options.input.empty() || options.noise)) {
    throw predictor::PredictorError(
        "--metric, --input and --noise have no effect where latency is learnt: leave them out");
  }
  FitData data = options.latency.empty() ? data_of_table(options) : data_of_networks(options);
  std::vector<predictor::Label>& labels = data.labels;
  if (options.train > labels.size()) {
    throw predictor::PredictorError(
        fmt::format("--train {}: {} has the metric {} of {} architectures only", options.train,
                    options.latency.empty() ? options.table : options.latency, data.about.metric,
                    labels.size()));
  }
  if (options.train > 0) {
    Rng(options.seed, "labels of a fit").shuffle(std::span(labels));
    labels.resize(options.train);
  }
  data.about.predictor = options.model;
  data.about.statics = options.statics;
  if (!options.prior.empty()) data.about.prior = read_whole(options.prior);
  data.about.labels = labels.size();
  return data;
}

/// What tells a fit from others.
std::string identity_of(const FitOptions& options, const FitData& data) {
  KeyStream stream;
  stream.add(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", EVONAS_VERSION, options.model,
                         options.seed, data.about.space, fmt::join(data.about.space_options, " "),
                         data.about.input, data.about.metric));
  if (!options.pretrained.empty()) stream.add(read_whole(options.pretrained));
  if (!data.about.prior.empty()) stream.add("prior\n" + data.about.prior);
  stream.add(options.statics ? "statics\n" : "");
  stream.add(yaml::to_yaml(options.networks));
  for (const predictor::Label& label : data.labels) {
    stream.add(label.genotype.genes());
    const std::array<double, 2> numbers = {label.value, label.noise};
    stream.add(std::span<const double>(numbers));
  }
  return stream.key().hex();
}

int fit(const FitOptions& options) {
  predictor::check_predictor_name(options.model);
  const FitData data = data_of(options);
  UnfinishedFit unfinished(options.out, identity_of(options, data), options.checkpoint_every);

  const Interrupt interrupt;
  const PredictorSource source(data.space, {.input = data.input,
                                            .statics = options.statics,
                                            .pretrained = options.pretrained,
                                            .prior = data.about.prior,
                                            .networks = options.networks});
  std::unique_ptr<predictor::Predictor> fitted;
  ThreadArena arena(options.threads);
  const bool done = unless_interrupted(interrupt, [&] {
    arena.execute([&] {
      fitted = source.make(options.model);
      pretrain(source, options.model, interrupt.token());
      ProgressLine line("fitting");
      fitted->fit(
          data.labels,
          {.seed = options.seed,
           .stop = interrupt.token(),
           .progress = [&](double share) { line.share(share); },
           .on_point = [&](const predictor::LearningPoint& point,
                           const auto& /*predict*/) { unfinished.curve().push_back(point); },
           .keeper = &unfinished});
    });
  });
  if (!done) {
    if (!unfinished.fault().empty()) {
      fmt::print(stderr, "interrupted; what was learnt last is not kept: {}\n", unfinished.fault());
    } else if (unfinished.exists()) {
      fmt::print(stderr, "interrupted; to go on, give the same command again ({} has the rest)\n",
                 unfinished.file().string());
    }
    return kInterrupted;
  }
  write_atomically(options.out, predictor::checkpoint_bytes(data.about, fitted->state()));
  unfinished.remove();
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"file", options.out},
                                      {"predictor", options.model},
                                      {"metric", data.about.metric},
                                      {"labels", data.labels.size()},
                                      {"parameters", fitted->parameters()},
                                      {"learning_curve", predictor::curve_json(unfinished.curve())}}
                           .dump(2));
  } else {
    fmt::print("{}: {} of {} architectures of {}, {} parameters\n", options.out, data.about.metric,
               data.labels.size(), data.about.space, fitted->parameters());
  }
  return kDone;
}

}  // namespace

void add_predictor_fit_command(CLI::App& predictor, Action& action) {
  auto options = std::make_shared<FitOptions>();
  CLI::App* command =
      predictor.add_subcommand("fit", "Fit a predictor to labels of a table and keep it in a file");
  command->add_option("--table", options->table, "table file that 'evonas table import' wrote")
      ->type_name("FILE");
  command
      ->add_option("--latency", options->latency,
                   "folder that 'evonas latency build' wrote, instead of a table")
      ->type_name("DIR");
  command->add_option("--metric", options->metric, "metric of the table to learn");
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
  add_statics(*command, options->statics);
  add_pretrained(*command, options->pretrained);
  add_prior(*command, options->prior);
  add_fields(*command, options->networks);
  add_noise(*command, options->noise);
  command
      ->add_option(
          "--checkpoint-every", options->checkpoint_every,
          "keep how far the fit is in OUT.unfinished every so many minutes, and when it is "
          "interrupted: the same command goes on from there and ends as if it had never "
          "been stopped; published models and models of whole networks alone; 0 is never")
      ->type_name("MINUTES")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  add_threads(*command, options->threads);
  add_json(*command, options->json);
  command->footer(R"(Labels of one's own are a table first: evonas table import --csv FILE ...

Example:
  evonas predictor fit --table tables/nasbench201.sqlite --metric cifar10_val_200 --train 156 \
    --out accuracy.predictor
  evonas predictor fit --latency latency_networks --model node_costs --out latency.predictor)");
  set_action(*command, action, options, fit);
}

}  // namespace evonas::cli
