#include "cli/commands/network_choice.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/atomic_file.hpp"
#include "graph/json.hpp"
#include "spaces/network_input.hpp"

namespace evonas::cli {
namespace {

graph::Graph load_json(const std::string& file) {
  try {
    return graph::from_json(nlohmann::json::parse(read_whole(file)));
  } catch (const nlohmann::json::exception& error) {
    throw graph::GraphError(fmt::format("{} is no graph in JSON: {}", file, error.what()));
  } catch (const graph::GraphError& error) {
    throw graph::GraphError(fmt::format("{}: {}", file, error.what()));
  }
}

/// The space of the choice, with the architecture in it.
std::pair<spaces::AnySpace, spaces::Genotype> choose(const NetworkChoice& choice) {
  if (choice.space.empty() || choice.architecture.empty()) {
    throw graph::GraphError(
        "no network is named: give a space and an architecture, or --graph FILE");
  }
  spaces::AnySpace space = config::make_space(choice.space, choice.space_options);
  spaces::Genotype genotype = space.parse(choice.architecture);
  return {std::move(space), std::move(genotype)};
}

}  // namespace

void add_network_choice(CLI::App& command, NetworkChoice& choice) {
  CLI::Option* space = command.add_option("SPACE", choice.space, "search space");
  command.add_option("ARCHITECTURE", choice.architecture, "in the space's notation");
  command.add_option("--set", choice.space_options, "option of the space, as in channels=8")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--input", choice.input, "what the network reads")->capture_default_str();
  command
      .add_option("--graph", choice.file,
                  "a network in a file instead of a space: ONNX where the name ends in .onnx, "
                  "evonas JSON else")
      ->type_name("FILE")
      ->excludes(space);
  command.add_flag("--opaque", choice.opaque,
                   "take unknown operators of an ONNX file as nodes of unknown cost");
}

graph::OnnxModel load_onnx(const std::string& file, graph::UnknownOperators unknown) {
  try {
    return graph::from_onnx(read_whole(file), unknown);
  } catch (const graph::GraphError& error) {
    throw graph::GraphError(fmt::format("{}: {}", file, error.what()));
  }
}

graph::OnnxModel load_network(const NetworkChoice& choice) {
  if (choice.file.ends_with(".onnx")) {
    return load_onnx(choice.file, choice.opaque ? graph::UnknownOperators::Opaque
                                                : graph::UnknownOperators::Refuse);
  }
  if (!choice.file.empty()) return {.graph = load_json(choice.file), .weights = {}, .metadata = {}};
  const auto [space, genotype] = choose(choice);
  return {.graph = space.network(genotype, spaces::NetworkInput::parse(choice.input)),
          .weights = {},
          .metadata = {{"space", space.name()}, {"architecture", space.format(genotype)}}};
}

graph::Graph load_cell(const NetworkChoice& choice) {
  if (!choice.file.empty()) throw graph::GraphError("a file holds no cell: leave out --graph");
  const auto [space, genotype] = choose(choice);
  return space.cell(genotype);
}

}  // namespace evonas::cli
