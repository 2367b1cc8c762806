#include <fmt/format.h>

#include "base/parallel.hpp"
#include "cli/commands/field_options.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/computation_sources.hpp"
#include "cli/run/search_session.hpp"

namespace evonas::cli {
namespace {

struct PretrainOptions {
  std::string model = "networks";
  std::string space;
  std::vector<std::string> space_options;
  std::string input;
  std::string out;
  predictor::PretrainingOptions pretraining;
  predictor::Arch2VecOptions arch2vec;
  predictor::ComputationOptions computation;
  std::vector<std::string> also;
  std::vector<std::string> labels;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
};

/// What `cg` learns from: the space, others and those of tables.
std::vector<predictor::ComputationSource> sources_of(const PretrainOptions& options,
                                                     const spaces::AnySpace& space) {
  const spaces::NetworkInput input = input_of(options.input).value_or(spaces::NetworkInput{});
  std::vector<predictor::ComputationSource> sources = {
      {.space = space, .input = input, .labels = {}}};
  for (const std::string& text : options.also) sources.push_back(unlabelled_source(text, input));
  for (const std::string& text : options.labels) {
    sources.push_back(labelled_source(text, input, options.seed));
  }
  return sources;
}

void check_pretrain_options(const PretrainOptions& options) {
  if (options.model == "cg" || (options.also.empty() && options.labels.empty())) return;
  throw predictor::PredictorError(fmt::format(
      "--also and --labels are of cg, which learns from several spaces; {} learns from one",
      options.model));
}

int pretrain_space(const PretrainOptions& options) {
  check_pretrain_options(options);
  const spaces::AnySpace space = config::make_space(options.space, options.space_options);
  const Interrupt interrupt;
  const predictor::Pretraining what = predictor::pretraining_of(options.model);
  PredictorOptions how{.input = input_of(options.input),
                       .use_carried = false,
                       .pretraining = options.pretraining,
                       .arch2vec = options.arch2vec,
                       .computation = options.computation};
  if (what == predictor::Pretraining::Computation) how.sources = sources_of(options, space);
  const PredictorSource source(space, how);
  ThreadArena arena(options.threads);
  const bool done = unless_interrupted(interrupt, [&] {
    ProgressLine line("pre-training");
    arena.execute([&] {
      source.learnt().pretrain(what, {.seed = options.seed,
                                      .stop = interrupt.token(),
                                      .progress = [&](double share) { line.share(share); }});
    });
  });
  if (!done) return kInterrupted;
  const std::string bytes =
      source.learnt().pretrained_bytes(what, {.space = options.space,
                                              .space_options = options.space_options,
                                              .input = options.input,
                                              .source = fmt::format("seed {}", options.seed)});
  write_atomically(options.out, bytes);
  fmt::print("{}: {} kB, {}\n", options.out, bytes.size() / 1000,
             source.learnt().pretraining_summary(what));
  return kDone;
}

}  // namespace

void add_predictor_pretrain_command(CLI::App& predictor, Action& action) {
  auto options = std::make_shared<PretrainOptions>();
  CLI::App* command = predictor.add_subcommand(
      "pretrain", "Learn from the architectures of a space without labels: what fits start from");
  command
      ->add_option("SPACE", options->space,
                   "search space (see evonas space list), or the shared library of one's own")
      ->required();
  command
      ->add_option(
          "--model", options->model,
          "networks: graph transformers that tell statistics of graphs, for `networks`, "
          "`mixture` and `evonas`; arch2vec: an autoencoder of graphs, for `arch2vec`; cg: "
          "a network that learns from several spaces, for `cg` in any space")
      ->check(CLI::IsMember({"networks", "arch2vec", "cg"}))
      ->capture_default_str();
  command->add_option("--set", options->space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command
      ->add_option("--also", options->also,
                   "cg: another space to learn from, as in darts or nasbench201:channels=8")
      ->type_name("SPACE[:KEY=VALUE,...]")
      ->allow_extra_args(false);
  command
      ->add_option("--labels", options->labels,
                   "cg: a table with labels of its space to learn, N of them (at most 2,000 unless "
                   "more are asked for)")
      ->type_name("FILE:METRIC[:N]")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "file to write")->required()->type_name("FILE");
  add_input(*command, options->input);
  OptionAdder networks(*command);
  options->pretraining.fields(networks);
  OptionAdder arch2vec(*command, "arch2vec-");
  options->arch2vec.fields(arch2vec);
  OptionAdder computation(*command, "cg-");
  options->computation.fields(computation);
  command->add_option("--seed", options->seed, "seed of weights and architectures")
      ->capture_default_str();
  add_threads(*command, options->threads);
  command->footer(
      R"(Fits in that space start from the file. Networks take a minute or two, arch2vec up to half an hour (DARTS);
of arch2vec the share of graphs is told that come back exactly from what they were encoded as.
What cg has learnt serves every space: fits start from it, and with labels of others it scores architectures
of a space that has none (evonas predictor score FILE --space SPACE).

Examples:
  evonas predictor pretrain declared --set file=configs/spaces/fbnet.yaml --out fbnet.predictor
  evonas predictor pretrain nasbench101 --model arch2vec --arch2vec-epochs 8 --out arch2vec.predictor
  evonas predictor pretrain nasbench201 --model cg --also darts --labels tables/nasbench101.sqlite:val \
    --out cg.predictor)");
  set_action(*command, action, options, pretrain_space);
}

}  // namespace evonas::cli
