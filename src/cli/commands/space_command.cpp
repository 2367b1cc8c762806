#include <algorithm>
#include <cstdint>
#include <functional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/commands/common_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/architecture_rows.hpp"
#include "cli/run/search_session.hpp"
#include "spaces/network_input.hpp"
#include "spaces/space_list.hpp"

namespace evonas::cli {
namespace {

struct SpaceArguments {
  std::string space;
  std::vector<std::string> space_options;
  std::string input = "cifar10";
  std::string architecture;
  std::uint64_t count = 1;  ///< of samples
  std::uint64_t most = 0;   ///< of an enumeration; 0 is all
  std::uint64_t seed = 1;
  std::size_t threads = 0;
  bool json = false;

  spaces::AnySpace make_space() const { return config::make_space(space, space_options); }
};

/// Prints `count` rows on the threads that the user wants.
int print_rows(const SpaceArguments& options, const spaces::AnySpace& space, std::uint64_t count,
               const std::function<spaces::Genotype(std::uint64_t)>& at) {
  const auto input = spaces::NetworkInput::parse(options.input);
  ThreadArena arena(options.threads);
  arena.execute([&] { print_architectures(space, input, count, at); });
  return kDone;
}

int list(const SpaceArguments& options) {
  if (options.json) {
    fmt::print("{}\n", nlohmann::json(spaces::space_names()).dump(2));
  } else {
    for (const std::string& name : spaces::space_names()) fmt::print("{}\n", name);
  }
  return kDone;
}

int info(const SpaceArguments& options) {
  const spaces::AnySpace space = options.make_space();
  Rng rng(options.seed, "example");
  const std::string example = space.format(space.sample(rng));
  const auto size = space.size();
  if (options.json) {
    nlohmann::json json = {{"name", space.name()},
                           {"enumerable", size.has_value()},
                           {"neighbours", space.has_neighbours()},
                           {"example", example}};
    json["size"] = size ? nlohmann::json(*size) : nlohmann::json(nullptr);
    fmt::print("{}\n", json.dump(2));
    return kDone;
  }
  fmt::print("name        {}\n", space.name());
  fmt::print("size        {}\n", size ? fmt::format("{}", *size) : "too large to enumerate");
  fmt::print("neighbours  {}\n", space.has_neighbours() ? "listed" : "not listed");
  fmt::print("example     {}\n", example);
  return kDone;
}

int sample(const SpaceArguments& options) {
  const spaces::AnySpace space = options.make_space();
  return print_rows(options, space, options.count, [&](std::uint64_t i) {
    Rng rng(options.seed, "space sample", i);
    return space.sample(rng);
  });
}

int enumerate(const SpaceArguments& options) {
  const spaces::AnySpace space = options.make_space();
  const auto size = space.size();
  if (!size) {
    throw spaces::SpaceError(
        fmt::format("{} is too large to enumerate: evonas space sample {} -n 1000 draws from it",
                    space.name(), space.name()));
  }
  const std::uint64_t count = options.most == 0 ? *size : std::min(options.most, *size);
  return print_rows(options, space, count, [&](std::uint64_t i) { return space.at(i); });
}

int neighbours(const SpaceArguments& options) {
  const spaces::AnySpace space = options.make_space();
  const auto found = space.neighbours(space.parse(options.architecture));
  return print_rows(options, space, found.size(), [&](std::uint64_t i) { return found[i]; });
}

CLI::App* add_with_space(CLI::App& app, const char* name, const char* help,
                         SpaceArguments& options) {
  CLI::App* command = app.add_subcommand(name, help);
  command
      ->add_option("SPACE", options.space,
                   "search space (see evonas space list), or the shared library of one's own")
      ->required();
  command->add_option("--set", options.space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return command;
}

void add_row_options(CLI::App& command, SpaceArguments& options) {
  command
      .add_option("--input", options.input,
                  "what networks read: cifar10, cifar100, imagenet16, imagenet, fashion_mnist, "
                  "mnist or CxHxW:CLASSES")
      ->capture_default_str();
  add_threads(command, options.threads);
}

}  // namespace

void add_space_command(CLI::App& app, Action& action) {
  auto options = std::make_shared<SpaceArguments>();
  CLI::App* command = app.add_subcommand("space", "Search spaces and their architectures");
  command->require_subcommand(1);
  command->footer("Example:\n  evonas space info nasbench201");

  CLI::App* listed = command->add_subcommand("list", "Names of the search spaces");
  add_json(*listed, options->json);
  listed->footer("Example:\n  evonas space list");
  set_action(*listed, action, options, list);

  CLI::App* shown = add_with_space(*command, "info", "Size and abilities of a space", *options);
  add_json(*shown, options->json);
  shown->footer("Example:\n  evonas space info nasbench201 --json");
  set_action(*shown, action, options, info);

  CLI::App* sampled =
      add_with_space(*command, "sample", "Random architectures with their costs, as CSV", *options);
  sampled->add_option("-n", options->count, "how many")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40U))
      ->capture_default_str();
  sampled->add_option("--seed", options->seed, "seed of the draw")->capture_default_str();
  add_row_options(*sampled, *options);
  sampled->footer(R"(Examples:
  evonas space sample nasbench201 -n 100 --seed 3 --input cifar100
  evonas space sample declared --set file=configs/spaces/accel_nasbench.yaml -n 2)");
  set_action(*sampled, action, options, sample);

  CLI::App* enumerated =
      add_with_space(*command, "enumerate", "All architectures with their costs, as CSV", *options);
  enumerated->add_option("-n", options->most, "only the first so many; 0 is all")
      ->capture_default_str();
  add_row_options(*enumerated, *options);
  enumerated->footer(
      "Example:\n  evonas space enumerate nasbench201 --set channels=8 --input 1x28x28:10");
  set_action(*enumerated, action, options, enumerate);

  CLI::App* around = add_with_space(*command, "neighbours",
                                    "Architectures one step from another, as CSV", *options);
  around->add_option("ARCHITECTURE", options->architecture, "in the space's notation")->required();
  add_row_options(*around, *options);
  around->footer(R"(Example:
  evonas space neighbours nasbench201 \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*around, action, options, neighbours);
}

}  // namespace evonas::cli
