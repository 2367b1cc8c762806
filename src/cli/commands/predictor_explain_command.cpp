#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands/fitted_file.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"
#include "graph/drawing.hpp"
#include "predictor/explainer.hpp"

namespace evonas::cli {
namespace {

struct ExplainOptions {
  std::string checkpoint;
  UsedElsewhere elsewhere;
  std::string architecture;
  std::string out;
  bool json = false;
};

nlohmann::json nodes_json(const graph::Graph& graph, std::span<const double> weights) {
  nlohmann::json nodes = nlohmann::json::array();
  for (graph::NodeId id = 0; id < graph.size(); ++id) {
    nodes.push_back({{"node", graph[id].name},
                     {"operation", graph[id].op},
                     {"weight", weights[id]},
                     {"critical", weights[id] > graph::kMarkedWeight}});
  }
  return nodes;
}

void print_nodes(const graph::Graph& graph, std::span<const double> weights) {
  fmt::print("{:<24} {:<24} weight\n", "node", "operation");
  for (graph::NodeId id = 0; id < graph.size(); ++id) {
    fmt::print("{:<24} {:<24} {:.3f}{}\n", graph[id].name, graph[id].op, weights[id],
               weights[id] > graph::kMarkedWeight ? " critical" : "");
  }
}

int explain(const ExplainOptions& options) {
  const FittedFile file = read_fitted(options.checkpoint, options.elsewhere);
  const predictor::Explainer* const explainer = file.predictor->explainer();
  if (explainer == nullptr) {
    throw predictor::PredictorError(
        fmt::format("{} holds a predictor {}, which does not tell what it looks at; carl does",
                    options.checkpoint, file.about.predictor));
  }
  const predictor::ArchitectureView view(file.space, file.input);
  const spaces::Genotype genotype = file.space.parse(options.architecture);
  const graph::Graph graph = view.seen_graph(genotype);
  const std::vector<double> weights = explainer->node_weights(genotype);
  const predictor::Prediction prediction = file.predictor->predict(std::span(&genotype, 1)).front();
  if (!options.out.empty()) {
    const graph::DrawingOptions drawing{.shapes = file.input.has_value(), .weights = weights};
    write_atomically(options.out, options.out.ends_with(".dot") ? graph::to_dot(graph, drawing)
                                                                : graph::to_svg(graph, drawing));
  }
  if (options.json) {
    fmt::print("{}\n", nlohmann::json{{"architecture", file.space.format(genotype)},
                                      {"metric", file.about.metric},
                                      {"prediction", prediction.mean},
                                      {"nodes", nodes_json(graph, weights)}}
                           .dump(2));
    return kDone;
  }
  print_nodes(graph, weights);
  fmt::print("{} {:.6g}\n", file.about.metric, prediction.mean);
  if (!options.out.empty()) fmt::print("{}\n", options.out);
  return kDone;
}

}  // namespace

void add_predictor_explain_command(CLI::App& predictor, Action& action) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = predictor.add_subcommand(
      "explain", "Which operations of an architecture a fitted predictor relies on");
  command
      ->add_option("CHECKPOINT", options->checkpoint,
                   "file that 'evonas predictor fit --model carl' wrote")
      ->required();
  command->add_option("ARCHITECTURE", options->architecture, "in the space's notation")->required();
  add_elsewhere(*command, options->elsewhere);
  command
      ->add_option("--out", options->out,
                   "picture to write, the critical part framed: SVG (needs Graphviz), or Graphviz "
                   "source where the name ends in .dot")
      ->type_name("FILE");
  add_json(*command, options->json);
  command->footer(
      R"(Weights are from 0 to 1; operations above one half are the critical part: in training, what a predictor
said of an architecture had to hold whatever the rest was exchanged for.

Example:
  evonas predictor fit --table tables/nasbench201.sqlite --metric cifar10_val_200 --train 400 --model carl \
    --out carl.predictor
  evonas predictor explain carl.predictor --out cell.svg \
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|nor_conv_3x3~2|')");
  set_action(*command, action, options, explain);
}

}  // namespace evonas::cli
