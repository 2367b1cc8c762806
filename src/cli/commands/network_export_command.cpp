#include <filesystem>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "cli/commands/common_options.hpp"
#include "cli/commands/network_choice.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"
#include "cli/run/torch_module.hpp"
#include "graph/passes.hpp"
#include "graph/pytorch.hpp"

namespace evonas::cli {
namespace {

struct NetworkExportArguments {
  NetworkChoice network;
  std::string format = "onnx";
  std::string out;
  std::string weights_file;
  bool random_weights = false;
  std::uint64_t seed = 1;
};

/// The network with the weights that the command line asks for.
graph::OnnxModel load(const NetworkExportArguments& options) {
  graph::OnnxModel model = load_network(options.network);
  model.graph = graph::inference_network(std::move(model.graph));
  // Auxiliary classifiers have gone.
  if (!model.weights.empty()) model.weights = graph::select_weights(model.graph, model.weights);
  if (options.random_weights) model.weights = graph::initial_weights(model.graph, options.seed);
  if (options.weights_file.empty()) return model;
  // Operators of the file do not matter, only what its weights are called.
  const graph::OnnxModel file = load_onnx(options.weights_file, graph::UnknownOperators::Opaque);
  try {
    model.weights = graph::select_weights(model.graph, file.weights);
  } catch (const graph::GraphError& error) {
    throw graph::GraphError(fmt::format("{} has not the weights of this network: {}",
                                        options.weights_file, error.what()));
  }
  return model;
}

void write(const std::filesystem::path& file, std::string_view content) {
  write_atomically(file, content);
  fmt::print("{}\n", file.string());
}

void check_output(const NetworkExportArguments& options) {
  for (const std::string& input : {options.network.file, options.weights_file}) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(input, options.out, ignored)) continue;
    throw graph::GraphError(
        fmt::format("--out would overwrite {}, which is read; name another file", input));
  }
}

int export_network(const NetworkExportArguments& options) {
  check_output(options);
  const graph::OnnxModel model = load(options);
  const std::filesystem::path out = options.out;
  if (options.format == "onnx") {
    write(out, graph::to_onnx(model));
  } else if (options.format == "torchscript") {
    if (model.weights.empty()) {
      throw graph::GraphError(
          "a TorchScript file needs weights: give --weights FILE or --random-weights");
    }
    write(out, torch_module().torchscript_file(model));
  } else {
    std::filesystem::path weights;
    if (!model.weights.empty()) {
      weights = std::filesystem::path(out).replace_extension(".pt");
      if (weights == out) throw graph::GraphError("--out names the weights: end it in .py");
      write(weights, torch_module().state_dict_file(model));
    }
    write(out, graph::pytorch_source(model.graph, model.metadata, weights.filename().string()));
  }
  return kDone;
}

}  // namespace

void add_network_export_command(CLI::App& network, Action& action) {
  auto options = std::make_shared<NetworkExportArguments>();
  CLI::App* command = network.add_subcommand("export", "A file for other tools");
  add_network_choice(*command, options->network);
  command
      ->add_option("--format", options->format,
                   "onnx: opset 17; torchscript: for torch.jit.load; pytorch: the source of an "
                   "nn.Module, and its state_dict beside it (FILE.pt) where there are weights")
      ->check(CLI::IsMember({"onnx", "torchscript", "pytorch"}))
      ->capture_default_str();
  command->add_option("--out", options->out, "file to write")->type_name("FILE")->required();
  CLI::Option* weights =
      command
          ->add_option("--weights", options->weights_file,
                       "ONNX file of the same network that has the weights, such as the "
                       "best.onnx of a run")
          ->type_name("FILE");
  command->add_flag("--random-weights", options->random_weights, "weights as where training begins")
      ->excludes(weights);
  command->add_option("--seed", options->seed, "seed of random weights")->capture_default_str();
  command->footer(R"(Without weights, an ONNX file has them as inputs that carry shapes.

Example:
  evonas network export nasbench201 --format onnx --random-weights --out network.onnx \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*command, action, options, export_network);
}

}  // namespace evonas::cli
