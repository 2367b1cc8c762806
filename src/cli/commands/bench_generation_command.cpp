#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/search_session.hpp"
#include "predictor/graph_block.hpp"
#include "predictor/random_architectures.hpp"
#include "spaces/space_list.hpp"

namespace evonas::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct BenchGenerationArguments {
  std::vector<std::string> spaces;
  std::vector<std::string> space_options;
  double seconds = 2.0;
  std::uint64_t seed = 1;
  bool json = false;
};

/// Seconds that each step of generation took for `architectures` of a space.
struct GenerationTimes {
  std::string space;
  std::size_t architectures = 0;
  double sample = 0.0;
  double mutate = 0.0;
  double key = 0.0;
  double encode = 0.0;

  double all() const { return sample + mutate + key + encode; }
};

/// Adds the time that `work` takes to `seconds`.
template <class Work>
void timed(double& seconds, const Work& work) {
  const Clock::time_point begin = Clock::now();
  work();
  seconds += std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The operations of many random architectures.
predictor::Vocabulary vocabulary_of(const predictor::ArchitectureView& view, std::uint64_t seed) {
  constexpr std::size_t kMany = 500;
  return predictor::operations_of(
      view, predictor::random_architectures(view.space(), kMany, seed, "vocabulary"));
}

/// Generates blocks of architectures, as a search does: random streams of their own, every call
/// checked.
GenerationTimes generate(const spaces::AnySpace& space, double seconds, std::uint64_t seed) {
  constexpr std::uint64_t kGenerated = 100;
  const predictor::ArchitectureView view(space);
  const predictor::Vocabulary vocabulary = vocabulary_of(view, seed);
  GenerationTimes times;
  times.space = space.name();
  std::vector<spaces::Genotype> parents(kGenerated);
  std::vector<spaces::Genotype> children(kGenerated);
  std::vector<Key> keys(kGenerated);
  predictor::GraphBlock encoded;
  for (std::uint64_t block = 0; times.all() < seconds; ++block) {
    timed(times.sample, [&] {
      for (std::uint64_t i = 0; i < kGenerated; ++i) {
        Rng rng(seed, "sample", block, i);
        parents[i] = space.sample(rng);
      }
    });
    timed(times.mutate, [&] {
      for (std::uint64_t i = 0; i < kGenerated; ++i) {
        Rng rng(seed, "mutate", block, i);
        children[i] = space.mutate(parents[i], rng);
      }
    });
    timed(times.key, [&] {
      for (std::uint64_t i = 0; i < kGenerated; ++i) keys[i] = space.key(children[i]);
    });
    timed(times.encode, [&] { predictor::fill_block(view, vocabulary, children, encoded); });
    times.architectures += kGenerated;
  }
  return times;
}

int bench_generation(const BenchGenerationArguments& options) {
  const auto names = options.spaces.empty() ? spaces::ready_space_names() : options.spaces;
  ThreadArena one_thread(1);
  nlohmann::json rows = nlohmann::json::array();
  if (!options.json) {
    fmt::print("thousands a second   {:>10} {:>10} {:>10} {:>10} {:>10}\n", "sample", "mutate",
               "key", "encode", "all four");
  }
  for (const std::string& name : names) {
    const spaces::AnySpace space = config::make_space(name, options.space_options);
    const GenerationTimes times =
        one_thread.execute([&] { return generate(space, options.seconds, options.seed); });
    const auto rate = [&](double seconds) {
      return static_cast<double>(times.architectures) / seconds;
    };
    rows.push_back({{"space", times.space},
                    {"architectures", times.architectures},
                    {"sample_per_second", rate(times.sample)},
                    {"mutate_per_second", rate(times.mutate)},
                    {"key_per_second", rate(times.key)},
                    {"encode_per_second", rate(times.encode)},
                    {"all_per_second", rate(times.all())}});
    if (options.json) continue;
    fmt::print("{:<20} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f}\n", times.space,
               1e-3 * rate(times.sample), 1e-3 * rate(times.mutate), 1e-3 * rate(times.key),
               1e-3 * rate(times.encode), 1e-3 * rate(times.all()));
  }
  if (options.json) fmt::print("{}\n", rows.dump(2));
  return kDone;
}

}  // namespace

void add_bench_generation_command(CLI::App& bench, Action& action) {
  auto options = std::make_shared<BenchGenerationArguments>();
  CLI::App* command = bench.add_subcommand(
      "generation", "Architectures per second that a search can make, on one thread");
  command->add_option("SPACE", options->spaces,
                      "search spaces; without any, all built-in ones that need no file");
  command->add_option("--set", options->space_options, "option of the space, as in sampling=random")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--seconds", options->seconds, "time for each space")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "seed of every random choice")
      ->capture_default_str();
  add_json(*command, options->json);
  command->footer(R"(Examples:
  evonas bench generation
  evonas bench generation nasbench101 --set sampling=random

For each architecture: one is sampled and mutated, and the child's key and its graph as predictors
read it (operations, edges, identities contracted) are computed, each call checked as in a search.)");
  set_action(*command, action, options, bench_generation);
}

}  // namespace evonas::cli
