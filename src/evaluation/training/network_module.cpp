#include "evaluation/training/network_module.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "evaluation/training/convolution.hpp"
#include "evaluation/training/normalised_sum.hpp"
#include "evaluation/training/plain_operators.hpp"
#include "evaluation/training/torch_weights.hpp"
#include "graph/passes.hpp"

namespace evonas::evaluation {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeId;
using torch::Tensor;

// Zero with probability `ratio`, otherwise what keeps the mean at one.
Tensor random_mask(const std::vector<std::int64_t>& shape, double ratio, Rng rng) {
  Tensor mask = torch::empty(shape);
  const float kept = ratio < 1.0 ? static_cast<float>(1.0 / (1.0 - ratio)) : 0.0F;
  for (float& value : std::span(mask.data_ptr<float>(), static_cast<std::size_t>(mask.numel()))) {
    value = rng.chance(ratio) ? 0.0F : kept;
  }
  return mask;
}

bool is_image(const Node& node) { return node.shape.size() == 3; }

// A sum that normalised_sum() can compute: images of one shape.
bool is_plain_sum(const Graph& network, NodeId id) {
  const Node& node = network[id];
  return node.op == "Add" && is_image(node) && std::ranges::all_of(node.inputs, [&](NodeId input) {
           return network[input].shape == node.shape;
         });
}

}  // namespace

NetworkModule::NetworkModule(const Graph& network, std::uint64_t seed)
    : NetworkModule(network, graph::initial_weights(network, seed)) {
  seed_ = seed;
}

NetworkModule::NetworkModule(const Graph& network, const graph::Weights& weights) {
  graph::check_weights(network, weights);
  // Parameters of the whole graph, dead branches included, so that they count as its cost counts
  // them.
  for (const graph::WeightSlot& slot : graph::weight_slots(network)) {
    Tensor tensor = to_torch(weights.at(slot.name));
    if (tensor.dim() == 4) tensor = tensor.contiguous(torch::MemoryFormat::ChannelsLast);
    if (slot.role == "mean" || slot.role == "variance") {
      register_buffer(slot.name, std::move(tensor));
    } else {
      register_parameter(slot.name, std::move(tensor));
    }
  }
  compile(graph::simplify(network));
}

graph::Weights NetworkModule::weights() const {
  graph::Weights weights;
  for (const auto& named : named_parameters(false)) {
    weights.emplace(named.key(), from_torch(named.value()));
  }
  for (const auto& named : named_buffers(false)) {
    weights.emplace(named.key(), from_torch(named.value()));
  }
  return weights;
}

void NetworkModule::compile(const Graph& network) {
  size_ = network.size();
  outputs_.assign(network.outputs().begin(), network.outputs().end());
  const std::vector<bool> needed = graph::needed_for(network, network.outputs().first(1));
  const auto consumers = network.consumers();
  const auto is_output = [&](NodeId id) { return std::ranges::count(network.outputs(), id) > 0; };
  // A batch normalisation that only one Add reads is computed with that Add.
  const auto joins_a_sum = [&](NodeId id) {
    return network[id].op == "BatchNormalization" && is_image(network[id]) && !is_output(id) &&
           consumers[id].size() == 1 && is_plain_sum(network, consumers[id][0]);
  };
  std::vector<bool> done(network.size(), false);
  for (NodeId id = 0; id < network.size(); ++id) {
    const Node& node = network[id];
    if (done[id] || joins_a_sum(id)) continue;
    if (node.op == graph::kInput) {
      inputs_.push_back(id);
    } else if (is_plain_sum(network, id) || (node.op == "BatchNormalization" && is_image(node))) {
      SumPlan plan{.result = id};
      for (const NodeId input : node.op == "Add" ? node.inputs : std::vector<NodeId>{id}) {
        (input == id || joins_a_sum(input) ? plan.normalisations : plan.plain).push_back(input);
      }
      for (const NodeId reader : consumers[id]) {
        if (network[reader].op == "Relu") {
          plan.rectified = reader;
          done[reader] = true;
        } else {
          plan.sum_is_read = true;
        }
      }
      plan.sum_is_read = plan.sum_is_read || is_output(id);
      add_normalised_sum(network, plan);
      steps_.back().auxiliary = !needed[id] && !(plan.rectified && needed[*plan.rectified]);
    } else {
      add_operator(network, id);
      steps_.back().auxiliary = !needed[id];
    }
  }
  plan_releases();
}

void NetworkModule::add_normalised_sum(const Graph& network, const SumPlan& plan) {
  std::vector<NormalisedTerm> terms;
  std::vector<NodeId> operands;
  for (const NodeId id : plan.normalisations) {
    const Node& node = network[id];
    operands.push_back(node.inputs[0]);
    terms.push_back({.weight = named_parameters(false)[graph::weight_name(node, "weight")],
                     .bias = named_parameters(false)[graph::weight_name(node, "bias")],
                     .running_mean = named_buffers(false)[graph::weight_name(node, "mean")],
                     .running_variance = named_buffers(false)[graph::weight_name(node, "variance")],
                     .epsilon = node.real("epsilon", 1e-5),
                     .momentum = node.real("momentum", 0.9)});
  }
  operands.insert(operands.end(), plan.plain.begin(), plan.plain.end());
  steps_.push_back({.run =
                        [this, plan, terms, operands](Values& values) mutable {
                          for (std::size_t k = 0; k < terms.size(); ++k)
                            terms[k].values = values[operands[k]];
                          std::vector<Tensor> plain;
                          for (const NodeId id : plan.plain) plain.push_back(values[id]);
                          SumResult result =
                              normalised_sum(terms, plain, is_training(), plan.sum_is_read,
                                             plan.rectified.has_value());
                          for (NormalisedTerm& term : terms) term.values = Tensor();
                          values[plan.result] = std::move(result.sum);
                          if (plan.rectified) values[*plan.rectified] = std::move(result.rectified);
                        },
                    .reads = operands});
}

void NetworkModule::add_operator(const Graph& network, NodeId id) {
  const Node& node = network[id];
  Step step{.reads = node.inputs};
  if (node.op == "Conv") {
    const Tensor weight = named_parameters(false)[graph::weight_name(node, "weight")];
    const Tensor bias = node.integer("bias", 0) != 0
                            ? named_parameters(false)[graph::weight_name(node, "bias")]
                            : Tensor();
    const Padding padding(node);
    step.run = [id, input = node.inputs[0], weight, bias, padding,
                settings =
                    ConvolutionSettings{.strides = node.integers("strides", {1, 1}),
                                        .padding = padding.even,
                                        .dilations = node.integers("dilations", {1, 1}),
                                        .groups = node.integer("group", 1)}](Values& values) {
      values[id] = convolution(padding.apply(values[input], 0.0), weight, bias, settings);
    };
  } else if (node.op == "Gemm") {
    const Tensor weight = named_parameters(false)[graph::weight_name(node, "weight")];
    const Tensor bias = node.integer("bias", 0) != 0
                            ? named_parameters(false)[graph::weight_name(node, "bias")]
                            : Tensor();
    step.run = [id, input = node.inputs[0], weight, bias](Values& values) {
      values[id] = torch::linear(values[input].to(weight.scalar_type()), weight, bias);
    };
  } else if (node.op == "BatchNormalization") {  // of features; images are normalised_sum()'s
    const Tensor weight = named_parameters(false)[graph::weight_name(node, "weight")];
    const Tensor bias = named_parameters(false)[graph::weight_name(node, "bias")];
    const Tensor mean = named_buffers(false)[graph::weight_name(node, "mean")];
    const Tensor variance = named_buffers(false)[graph::weight_name(node, "variance")];
    step.run = [this, id, input = node.inputs[0], weight, bias, mean, variance,
                momentum = 1.0 - node.real("momentum", 0.9),
                epsilon = node.real("epsilon", 1e-5)](Values& values) {
      values[id] = torch::batch_norm(values[input], weight, bias, mean, variance, is_training(),
                                     momentum, epsilon, /*cudnn_enabled=*/true);
    };
  } else if (node.op == "Add") {
    step.run = [id, inputs = node.inputs](Values& values) {
      Tensor sum = values[inputs[0]];
      for (std::size_t k = 1; k < inputs.size(); ++k) sum = sum + values[inputs[k]];
      values[id] = sum;
    };
  } else if (node.op == "Dropout" || node.op == "DropPath") {
    step.run = [this, id, input = node.inputs[0], name = node.name, paths = node.op == "DropPath",
                ratio = node.real("ratio", 0.5)](Values& values) {
      const Tensor& x = values[input];
      values[id] = is_training() ? drop(x, paths, ratio, name) : x;
    };
  } else {
    const PlainOperator function = plain_operator(node);
    if (!function) {
      throw EvaluationError(
          fmt::format("the operator {} of node {} cannot be trained or measured: LibTorch modules "
                      "exist for Conv, Gemm, BatchNormalization, Add, Dropout, DropPath, {}",
                      node.op, node.name, fmt::join(plain_operator_names(), ", ")));
    }
    step.run = [id, inputs = node.inputs, function](Values& values) {
      std::vector<Tensor> operands;
      for (const NodeId input : inputs) operands.push_back(values[input]);
      values[id] = function(operands);
    };
  }
  steps_.push_back(std::move(step));
}

void NetworkModule::plan_releases() {
  std::vector<bool> seen(size_, false);
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    for (const NodeId id : step->reads) {
      if (!seen[id] && std::ranges::count(outputs_, id) == 0) step->release.push_back(id);
      seen[id] = true;
    }
  }
}

Tensor NetworkModule::drop(const Tensor& x, bool paths, double ratio,
                           const std::string& name) const {
  if (paths) ratio *= drop_path_share_;
  if (ratio <= 0.0) return x;
  std::vector<std::int64_t> shape = x.sizes().vec();
  if (paths) std::fill(shape.begin() + 1, shape.end(), 1);
  return x * random_mask(shape, ratio, Rng(seed_, name, passes_)).to(x.options());
}

std::vector<Tensor> NetworkModule::outputs(std::vector<Tensor> inputs) {
  if (is_training()) ++passes_;
  Values values(size_);
  for (std::size_t i = 0; i < inputs_.size(); ++i) values[inputs_[i]] = std::move(inputs.at(i));
  for (const Step& step : steps_) {
    if (is_training() || !step.auxiliary) step.run(values);
    for (const NodeId id : step.release) values[id] = Tensor();
  }
  std::vector<Tensor> results;
  for (const NodeId id : outputs_) {
    results.push_back(values[id]);
    if (!is_training()) break;
  }
  return results;
}

}  // namespace evonas::evaluation
