#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/key.hpp"
#include "base/parallel.hpp"
#include "cli/commands/fit_data.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/unfinished_fit.hpp"
#include "predictor/benchmark_fit_json.hpp"
#include "predictor/predictor_list.hpp"
#include "yaml/writer.hpp"

namespace evonas::cli {
namespace {

struct FitOptions {
  FitSource source;
  std::string pretrained;
  std::string prior;
  std::string out;
  predictor::NetworkOptions networks;
  std::size_t threads = 0;
  double checkpoint_every = 10.0;  // minutes
  bool json = false;
};

/// What tells a fit from others.
std::string identity_of(const FitOptions& options, const FitData& data) {
  KeyStream stream;
  stream.add(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n", EVONAS_VERSION, options.source.model,
                         options.source.seed, data.about.space,
                         fmt::join(data.about.space_options, " "), data.about.input,
                         data.about.metric));
  if (!options.pretrained.empty()) stream.add(read_whole(options.pretrained));
  if (!data.about.prior.empty()) stream.add("prior\n" + data.about.prior);
  stream.add(options.source.statics ? "statics\n" : "");
  stream.add(yaml::to_yaml(options.networks));
  for (const predictor::CheckpointDevice& device : data.about.devices) {
    stream.add(fmt::format("{} {} {}\n", device.name, device.metric, device.median));
    for (const auto& [name, number] : device.numbers) {
      stream.add(fmt::format("{} {}\n", name, number));
    }
  }
  for (const predictor::Label& label : data.labels) {
    stream.add(label.genotype.genes());
    const std::array<double, 2> numbers = {label.value, label.noise};
    stream.add(std::span<const double>(numbers));
  }
  return stream.key().hex();
}

int fit(const FitOptions& options) {
  predictor::check_predictor_name(options.source.model);
  FitData data = fit_data(options.source);
  if (!options.prior.empty()) {
    if (!options.source.latency.empty() || !options.source.devices.empty()) {
      throw predictor::PredictorError(
          "--prior is of the architectures of one space: leave it out beside --latency and "
          "--devices");
    }
    data.about.prior = read_whole(options.prior);
  }
  UnfinishedFit unfinished(options.out, identity_of(options, data), options.checkpoint_every);

  const Interrupt interrupt;
  PredictorSource source(data.space, {.input = data.input,
                                      .statics = options.source.statics,
                                      .pretrained = options.pretrained,
                                      .networks = options.networks});
  if (!data.about.prior.empty()) source = source.with_prior(data.about.prior, options.prior);
  std::unique_ptr<predictor::Predictor> fitted;
  ThreadArena arena(options.threads);
  const bool done = unless_interrupted(interrupt, [&] {
    arena.execute([&] {
      fitted = source.make(options.source.model);
      pretrain(source, options.source.model, interrupt.token());
      ProgressLine line("fitting");
      fitted->fit(
          data.labels,
          {.seed = options.source.seed,
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
                                      {"predictor", options.source.model},
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
  command
      ->add_option("--table", options->source.table, "table file that 'evonas table import' wrote")
      ->type_name("FILE");
  command
      ->add_option("--latency", options->source.latency,
                   "folder that 'evonas latency build' wrote, instead of a table")
      ->type_name("DIR");
  command->add_option("--metric", options->source.metric, "metric of the table to learn");
  command
      ->add_option("--devices", options->source.devices,
                   "instead of --metric: metrics of the table that are one quantity on several "
                   "devices, learnt together, each divided by its median; what is predicted on one "
                   "of them ('evonas predictor score --on') counts that")
      ->delimiter(',')
      ->type_name("METRIC,...");
  command
      ->add_option("--unseen", options->source.unseen,
                   "beside --devices: names of devices that nothing is measured on, to predict on "
                   "by what is said of them")
      ->delimiter(',')
      ->type_name("NAME,...");
  command
      ->add_option(
          "--hardware", options->source.hardware,
          "beside --devices: CSV file with a column device, the part of each metric's name "
          "in which they differ, and columns of numbers above 0, which ledg_former reads")
      ->type_name("FILE");
  command->add_option("--model", options->source.model, "predictor (see evonas predictor --help)")
      ->capture_default_str();
  command
      ->add_option("--train", options->source.train,
                   "how many labels to learn from, drawn at random; 0 is all")
      ->capture_default_str();
  command->add_option("--out", options->out, "file to write")->required()->type_name("FILE");
  command->add_option("--seed", options->source.seed, "seed of the draw and of the fit")
      ->capture_default_str();
  add_input(*command, options->source.input);
  add_statics(*command, options->source.statics);
  add_pretrained(*command, options->pretrained);
  add_prior(*command, options->prior);
  add_fields(*command, options->networks);
  add_noise(*command, options->source.noise);
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
  evonas predictor fit --latency latency_networks --model node_costs --out latency.predictor
  evonas predictor fit --table tables/devices.sqlite --devices raspi4_ms,pixel3_ms,fpga_ms \
    --unseen edgegpu --model ledg_former --train 700 --out devices.predictor)");
  set_action(*command, action, options, fit);
}

}  // namespace evonas::cli
