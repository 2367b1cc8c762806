#include "evaluation/training/network_module.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "evaluation/training/normalised_sum.hpp"
#include "graph/passes.hpp"

namespace evonas::evaluation {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeId;
using torch::Tensor;

torch::Tensor uniform_weight(std::vector<std::int64_t> shape, std::int64_t fan_in,
                             std::uint64_t seed, std::string_view name) {
  Rng rng(seed, name);
  Tensor weight = torch::empty(shape);
  const double bound = 1.0 / std::sqrt(static_cast<double>(std::max<std::int64_t>(fan_in, 1)));
  for (float& value :
       std::span(weight.data_ptr<float>(), static_cast<std::size_t>(weight.numel()))) {
    value = static_cast<float>((2.0 * rng.uniform() - 1.0) * bound);
  }
  return weight;
}

// Module names may not hold dots, which separate a module from its parameters.
std::string module_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

// Padding as LibTorch's operators take it; uneven padding is written out before them.
struct Padding {
  std::vector<std::int64_t> even = {0, 0};
  std::vector<std::int64_t> uneven;  ///< left, right, top, bottom; empty where `even` says it all

  explicit Padding(const Node& node) {
    const auto pads = node.integers("pads", {0, 0, 0, 0});
    if (pads[0] == pads[2] && pads[1] == pads[3]) {
      even = {pads[0], pads[1]};
    } else {
      uneven = {pads[1], pads[3], pads[0], pads[2]};
    }
  }

  Tensor apply(const Tensor& x, double value) const {
    return uneven.empty() ? x : torch::constant_pad_nd(x, uneven, value);
  }
};

using Operator = std::function<Tensor(std::span<const Tensor>)>;

Operator make_max_pool(const Node& node) {
  const auto kernel = node.integers("kernel_shape", {1, 1});
  const auto strides = node.integers("strides", {1, 1});
  const auto dilations = node.integers("dilations", {1, 1});
  return [=, padding = Padding(node)](std::span<const Tensor> x) {
    return torch::max_pool2d(padding.apply(x[0], -std::numeric_limits<double>::infinity()), kernel,
                             strides, padding.even, dilations);
  };
}

Operator make_average_pool(const Node& node) {
  const auto kernel = node.integers("kernel_shape", {1, 1});
  const auto strides = node.integers("strides", {1, 1});
  const bool include = node.integer("count_include_pad", 0) != 0;
  const Padding padding(node);
  if (padding.uneven.empty() || include) {
    return [=](std::span<const Tensor> x) {
      return torch::avg_pool2d(padding.apply(x[0], 0.0), kernel, strides, padding.even, false,
                               include);
    };
  }
  // Uneven padding that does not count: the sum over the window divided by the real pixels in it.
  return [=](std::span<const Tensor> x) {
    const std::vector<std::int64_t> none = {0, 0};
    const Tensor ones = torch::ones({1, 1, x[0].size(2), x[0].size(3)}, x[0].options());
    const Tensor sums = torch::avg_pool2d(padding.apply(x[0], 0.0), kernel, strides, none);
    const Tensor shares = torch::avg_pool2d(padding.apply(ones, 0.0), kernel, strides, none);
    return sums / shares;
  };
}

Operator make_clip(const Node& node) {
  const double low = node.real("min", -std::numeric_limits<double>::infinity());
  const double high = node.real("max", std::numeric_limits<double>::infinity());
  return [=](std::span<const Tensor> x) { return torch::clamp(x[0], low, high); };
}

Operator make_hard_sigmoid(const Node& node) {
  const double alpha = node.real("alpha", 0.2);
  const double beta = node.real("beta", 0.5);
  return [=](std::span<const Tensor> x) { return torch::clamp(x[0] * alpha + beta, 0.0, 1.0); };
}

Operator make_reduce_mean(const Node& node) {
  const auto axes = node.integers("axes", {2, 3});
  const bool keep = node.integer("keepdims", 1) != 0;
  return [=](std::span<const Tensor> x) {
    return x[0].mean(axes, keep, torch::kFloat32).to(x[0].scalar_type());
  };
}

Operator make_resize(const Node& node) {
  const auto sizes = node.integers("sizes", {});
  return [=](std::span<const Tensor> x) {
    return torch::upsample_bilinear2d(x[0], sizes, /*align_corners=*/false);
  };
}

// What reads images expects them without gaps.
Operator make_slice(const Node& node) {
  const std::int64_t start = node.integers("starts", {0})[0];
  const std::int64_t end = node.integers("ends", {0})[0];
  return [=](std::span<const Tensor> x) {
    const Tensor part = x[0].slice(1, start, end);
    return part.dim() == 4 ? part.contiguous(torch::MemoryFormat::ChannelsLast) : part.contiguous();
  };
}

using Maker = Operator (*)(const Node&);

template <Tensor (*function)(const Tensor&)>
Operator make_unary(const Node&) {
  return [](std::span<const Tensor> x) { return function(x[0]); };
}

// Operators without parameters; one line each.
const std::map<std::string_view, Maker>& makers() {
  static const std::map<std::string_view, Maker> table = {
      {"Relu", make_unary<torch::relu>},
      {"Sigmoid", make_unary<torch::sigmoid>},
      {"HardSwish", make_unary<torch::hardswish>},
      {"HardSigmoid", make_hard_sigmoid},
      {"Clip", make_clip},
      {"ReduceMean", make_reduce_mean},
      {"Resize", make_resize},
      {"Slice", make_slice},
      {"MaxPool", make_max_pool},
      {"AveragePool", make_average_pool},
      {"Identity",
       [](const Node&) -> Operator { return [](std::span<const Tensor> x) { return x[0]; }; }},
      {"Dropout",
       [](const Node&) -> Operator { return [](std::span<const Tensor> x) { return x[0]; }; }},
      {"Softmax",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) { return torch::softmax(x[0], 1); };
       }},
      {"Mul",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) { return x[0] * x[1]; };
       }},
      {"Sub",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) { return x[0] - x[1]; };
       }},
      {"Div",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) { return x[0] / x[1]; };
       }},
      {"Concat",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) {
           return torch::cat(at::TensorList(x.data(), x.size()), 1);
         };
       }},
      {"GlobalAveragePool",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) {
           return x[0].mean({2, 3}, /*keepdim=*/true, torch::kFloat32).to(x[0].scalar_type());
         };
       }},
      {"Flatten",
       [](const Node&) -> Operator {
         return [](std::span<const Tensor> x) { return x[0].flatten(1); };
       }},
  };
  return table;
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

NetworkModule::NetworkModule(const Graph& network, std::uint64_t seed) {
  // Parameters of the whole graph, dead branches included, so that they count as its cost counts
  // them.
  for (NodeId id = 0; id < network.size(); ++id) {
    const Node& node = network[id];
    const std::string name = module_name(node.name);
    if (node.op == "Conv") {
      const auto kernel = node.integers("kernel_shape", {1, 1});
      const std::int64_t inputs = network[node.inputs[0]].shape[0] / node.integer("group", 1);
      const std::int64_t fan_in = inputs * kernel[0] * kernel[1];
      register_parameter(
          name + "_weight",
          uniform_weight({node.shape[0], inputs, kernel[0], kernel[1]}, fan_in, seed, node.name)
              .contiguous(torch::MemoryFormat::ChannelsLast));
      if (node.integer("bias", 0) != 0) {
        register_parameter(name + "_bias",
                           uniform_weight({node.shape[0]}, fan_in, seed, node.name + "/b"));
      }
    } else if (node.op == "Gemm") {
      const std::int64_t inputs = network[node.inputs[0]].shape[0];
      register_parameter(name + "_weight",
                         uniform_weight({node.shape[0], inputs}, inputs, seed, node.name));
      if (node.integer("bias", 0) != 0) {
        register_parameter(name + "_bias",
                           uniform_weight({node.shape[0]}, inputs, seed, node.name + "/b"));
      }
    } else if (node.op == "BatchNormalization") {
      register_parameter(name + "_weight", torch::ones({node.shape[0]}));
      register_parameter(name + "_bias", torch::zeros({node.shape[0]}));
      register_buffer(name + "_mean", torch::zeros({node.shape[0]}));
      register_buffer(name + "_variance", torch::ones({node.shape[0]}));
    }
  }
  compile(graph::simplify(network));
}

void NetworkModule::compile(const Graph& network) {
  size_ = network.size();
  output_ = network.outputs()[0];
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
    } else {
      add_operator(network, id);
    }
  }
  plan_releases();
}

void NetworkModule::add_normalised_sum(const Graph& network, const SumPlan& plan) {
  std::vector<NormalisedTerm> terms;
  std::vector<NodeId> operands;
  for (const NodeId id : plan.normalisations) {
    const Node& node = network[id];
    const std::string name = module_name(node.name);
    operands.push_back(node.inputs[0]);
    terms.push_back({.weight = named_parameters(false)[name + "_weight"],
                     .bias = named_parameters(false)[name + "_bias"],
                     .running_mean = named_buffers(false)[name + "_mean"],
                     .running_variance = named_buffers(false)[name + "_variance"],
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
  const std::string name = module_name(node.name);
  Step step{.reads = node.inputs};
  if (node.op == "Conv") {
    const Tensor weight = named_parameters(false)[name + "_weight"];
    const Tensor bias =
        node.integer("bias", 0) != 0 ? named_parameters(false)[name + "_bias"] : Tensor();
    step.run = [id, input = node.inputs[0], weight, bias, padding = Padding(node),
                strides = node.integers("strides", {1, 1}),
                dilations = node.integers("dilations", {1, 1}),
                groups = node.integer("group", 1)](Values& values) {
      values[id] = torch::conv2d(padding.apply(values[input], 0.0), weight, bias, strides,
                                 padding.even, dilations, groups);
    };
  } else if (node.op == "Gemm") {
    const Tensor weight = named_parameters(false)[name + "_weight"];
    const Tensor bias =
        node.integer("bias", 0) != 0 ? named_parameters(false)[name + "_bias"] : Tensor();
    step.run = [id, input = node.inputs[0], weight, bias](Values& values) {
      values[id] = torch::linear(values[input].to(weight.scalar_type()), weight, bias);
    };
  } else if (node.op == "BatchNormalization") {  // of features; images are normalised_sum()'s
    const Tensor weight = named_parameters(false)[name + "_weight"];
    const Tensor bias = named_parameters(false)[name + "_bias"];
    const Tensor mean = named_buffers(false)[name + "_mean"];
    const Tensor variance = named_buffers(false)[name + "_variance"];
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
  } else {
    const auto maker = makers().find(node.op);
    if (maker == makers().end()) {
      throw EvaluationError(
          fmt::format("the operator {} of node {} cannot be trained or measured: LibTorch modules "
                      "exist for Conv, "
                      "Gemm, BatchNormalization, Add{}",
                      node.op, node.name, [] {
                        std::string names;
                        for (const auto& [known, unused] : makers())
                          names += fmt::format(", {}", known);
                        return names;
                      }()));
    }
    step.run = [id, inputs = node.inputs, function = maker->second(node)](Values& values) {
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
      if (!seen[id] && id != output_) step->release.push_back(id);
      seen[id] = true;
    }
  }
}

Tensor NetworkModule::forward(std::vector<Tensor> inputs) {
  Values values(size_);
  for (std::size_t i = 0; i < inputs_.size(); ++i) values[inputs_[i]] = std::move(inputs.at(i));
  for (const Step& step : steps_) {
    step.run(values);
    for (const NodeId id : step.release) values[id] = Tensor();
  }
  return values[output_];
}

}  // namespace evonas::evaluation
