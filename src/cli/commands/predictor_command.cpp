#include <CLI/CLI.hpp>

#include "cli/commands/commands.hpp"

namespace evonas::cli {

void add_predictor_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("predictor", "Predictors of metrics");
  command->require_subcommand(1);
  command->footer(
      R"(Predictors:
  evonas    a small fast network that has learnt what the mixture makes of thousands of architectures
  mixture   the mean of the next three
  networks  graph transformers, pre-trained without labels
  gp        Gaussian process on statistics of graphs
  gp_wl, gp_both: Gaussian process on subtrees of graphs (the kernel of Weisfeiler and Lehman), and on both
  trees     boosted trees on the same statistics
  nar_former, nar_former_v2, nn_former: published models, trained as their authors do; the last two
            in their settings for whole networks where these are looked at
  nn_former_published: nn_former with siblings as the released code has them: all nodes, not only
            those that share a parent or a child
  graphsage, gin: plain message-passing networks, on the same graphs as networks
  path_networks: small networks on paths of operations, as BANANAS has them
  arch2vec  Bayesian regression on an embedding of graphs that was learnt without labels
  nnlp      a message-passing network on whole networks, for latency
  node_costs  latency as the sum of what operators cost, learnt from whole networks
  flops, flops_memory: a power of what whole networks compute, and move
  cg        a network on the primitive operations of whole networks, of any space: --pretrained
            has what it has learnt of others
  carl      a graph network that says which operations its prediction rests on (evonas predictor explain)
  ledg_former: a graph transformer on what a language model makes of sentences about operations and devices
  linear    least squares on parameters, multiply-accumulates, memory and nodes
  random, constant: to compare with

Examples:
  evonas predictor fit --table tables/nasbench201.sqlite --metric cifar10_val_200 --train 156 \
    --out accuracy.predictor
  evonas predictor score accuracy.predictor --all --best 10)");
  add_predictor_fit_command(*command, action);
  add_predictor_score_command(*command, action);
  add_predictor_explain_command(*command, action);
  add_predictor_benchmark_command(*command, action);
  add_predictor_pretrain_command(*command, action);
  add_predictor_devices_command(*command, action);
  add_predictor_adapt_commands(*command, action);
}

}  // namespace evonas::cli
