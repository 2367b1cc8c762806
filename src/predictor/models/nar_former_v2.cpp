#include "predictor/models/nar_former_v2.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "predictor/models/code_table.hpp"
#include "predictor/models/layers.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kCodeWidth = 64;    // of operations without one-hot columns
constexpr double kSmallestSum = 1e-6;      // of a row of attention
constexpr double kSmallestLength = 1e-12;  // of a node's vector
}  // namespace

GroupedLinear::GroupedLinear(std::int64_t in, std::int64_t out, std::int64_t groups,
                             const at::Generator& generator)
    : groups_(groups),
      weight_(register_parameter("weight", torch::empty({groups, in / groups, out / groups}))),
      bias_(register_parameter("bias", torch::zeros({groups, out / groups}))),
      norm_(register_module("norm",
                            torch::nn::LayerNorm(torch::nn::LayerNormOptions({out / groups})))) {
  // Glorot and Bengio's bound, with the fans that PyTorch takes of three dimensions.
  const auto fans = static_cast<double>(weight_.size(2) * (weight_.size(1) + groups));
  const double edge = std::sqrt(6.0 / fans);
  const torch::NoGradGuard no_gradients;
  weight_.uniform_(-edge, edge, generator);
}

torch::Tensor GroupedLinear::forward(const torch::Tensor& x) {
  const torch::Tensor grouped = x.reshape({-1, groups_, weight_.size(1)}).transpose(0, 1);
  const torch::Tensor y = torch::baddbmm(bias_.unsqueeze(1), grouped, weight_).transpose(0, 1);
  return norm_(y).reshape({x.size(0), x.size(1), groups_ * weight_.size(2)});
}

NarFormerV2Layer::NarFormerV2Layer(std::int64_t in, const NarFormerV2Options& options,
                                   const Dropout& dropout)
    : dropout_(dropout),
      degree_weight_(register_parameter("degree_weight", torch::empty({in, 1}))),
      degree_bias_(register_parameter("degree_bias", torch::empty({in}))),
      query_key_(register_module("query_key", torch::nn::Linear(in, in))),
      neighbours_(register_module("neighbours", torch::nn::Linear(in, options.width))),
      root_(register_module(
          "root", torch::nn::Linear(torch::nn::LinearOptions(in, options.width).bias(false)))),
      norm_(register_module("norm",
                            torch::nn::LayerNorm(torch::nn::LayerNormOptions({options.width})))),
      scale_(register_parameter("scale", torch::full({options.width}, options.layer_scale))),
      up_(register_module(
          "up", std::make_shared<GroupedLinear>(options.width, options.expansion * options.width,
                                                options.groups, dropout.generator()))),
      down_(register_module(
          "down", std::make_shared<GroupedLinear>(options.expansion * options.width, options.width,
                                                  options.groups, dropout.generator()))) {
  const torch::NoGradGuard no_gradients;
  degree_weight_.uniform_(-1.0, 1.0, dropout.generator());  // one input: fan-in of one
  degree_bias_.uniform_(-1.0, 1.0, dropout.generator());
}

torch::Tensor NarFormerV2Layer::weighted(const torch::Tensor& x, const torch::Tensor& edges) const {
  const torch::Tensor degrees = edges.sum(-1, /*keepdim=*/true);
  return x * (degrees * degree_weight_.squeeze(1) + degree_bias_).sigmoid();
}

torch::Tensor NarFormerV2Layer::attention_of_weighted(const torch::Tensor& x,
                                                      const torch::Tensor& edges) {
  const torch::Tensor z = query_key_(x).sigmoid();
  const torch::Tensor scores =
      z.matmul(z.transpose(-1, -2)) / std::sqrt(static_cast<double>(x.size(-1))) * edges;
  return scores / (scores.sum(-1, /*keepdim=*/true) + kSmallestSum);
}

torch::Tensor NarFormerV2Layer::attention(const torch::Tensor& x, const torch::Tensor& edges) {
  return attention_of_weighted(weighted(x, edges), edges);
}

torch::Tensor NarFormerV2Layer::aggregate(const torch::Tensor& x, const torch::Tensor& edges) {
  const torch::Tensor heavy = weighted(x, edges);
  const torch::Tensor mixed =
      neighbours_(attention_of_weighted(heavy, edges).matmul(heavy)) + root_(heavy);
  const torch::Tensor lengths = mixed.norm(2, -1, /*keepdim=*/true).clamp_min(kSmallestLength);
  return dropout_((mixed / lengths).relu(), is_training());
}

torch::Tensor NarFormerV2Layer::forward(const torch::Tensor& x, const torch::Tensor& edges) {
  const torch::Tensor h = aggregate(x, edges);
  const torch::Tensor hidden = dropout_(up_->forward(norm_(h)).relu(), is_training());
  return h + scale_ * dropout_(down_->forward(hidden), is_training());
}

NarFormerV2::NarFormerV2(const NarFormerV2Options& options, std::uint64_t seed)
    : options_(options), dropout_(options.dropout, seed) {
  const std::int64_t code_width = std::max(kCodeWidth, options.positions);
  codes_ = register_buffer("codes", distinct_code_table(kDistinctCodes, code_width));
  std::int64_t in = (options.operations > 0 ? options.operations : kCodeWidth) + options.positions +
                    options.attributes;
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    layers_.push_back(register_module("layer" + std::to_string(layer),
                                      std::make_shared<NarFormerV2Layer>(in, options, dropout_)));
    in = options.width;
  }
  const std::int64_t width = options.width;
  if (options.fuse_layers) {
    const std::int64_t all = options.layers * width;
    fuse_ = register_module("fuse", torch::nn::Linear(all, all / 4));
    weigh_ = register_module("weigh", torch::nn::Linear(all / 4, options.layers));
  }
  if (options.statics > 0) {
    statics_ = register_module("statics", torch::nn::Linear(options.statics, width));
  }
  first_ =
      register_module("first", torch::nn::Linear(options.statics > 0 ? 2 * width : width, width));
  second_ = register_module("second", torch::nn::Linear(width, width));
  last_ = register_module("last", torch::nn::Linear(width, 1));
  draw_linear_weights(*this, dropout_.generator());
  draws_from(dropout_.generator());
}

torch::Tensor NarFormerV2::nodes(const GraphBatch& graphs) const {
  const torch::Tensor& operations = graphs.operations;
  std::vector<torch::Tensor> parts = {
      options_.operations > 0
          ? torch::one_hot(operations, options_.operations).to(graphs.mask.dtype())
          : torch::embedding(codes_.narrow(1, 0, kCodeWidth), operations)};
  if (options_.positions > 0) {
    parts.push_back(codes_.narrow(0, 0, operations.size(1))
                        .expand({operations.size(0), operations.size(1), options_.positions}));
  }
  if (options_.attributes > 0) parts.push_back(graphs.attributes);
  return torch::cat(parts, -1);
}

torch::Tensor NarFormerV2::forward(const GraphBatch& graphs) {
  if (options_.positions > 0 || options_.operations == 0) {
    check_codes(graphs, kDistinctCodes, "NAR-Former V2");
  }
  const auto dropped = [this](const torch::Tensor& x) { return dropout_(x, is_training()); };
  const torch::Tensor edges = (graphs.adjacency + graphs.adjacency.transpose(1, 2)).clamp_max(1.0);
  const torch::Tensor mask = graphs.mask.unsqueeze(-1);
  torch::Tensor x = nodes(graphs);
  std::vector<torch::Tensor> means;
  for (const auto& layer : layers_) {
    x = layer->forward(x, edges);
    if (options_.fuse_layers) means.push_back((x * mask).sum(1) / mask.sum(1));
  }
  torch::Tensor read;
  if (options_.fuse_layers) {
    const torch::Tensor weights = weigh_(fuse_(torch::cat(means, -1)).relu()).sigmoid();
    read = (torch::stack(means, 1) * weights.unsqueeze(-1)).sum(1);
  } else {
    read = (x * mask).sum(1);
  }
  if (options_.statics > 0) {
    read = torch::cat({read, dropped(statics_(graphs.statics)).relu()}, -1);
  }
  const torch::Tensor hidden = dropped(second_(dropped(first_(read).relu())).relu());
  return torch::softplus(-last_(hidden).squeeze(-1));
}

double NarFormerV2::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  double sum = 2.0 * width * width;
  auto in = static_cast<double>((options_.operations > 0 ? options_.operations : kCodeWidth) +
                                options_.positions + options_.attributes);
  for (std::int64_t layer = 0; layer < options_.layers; ++layer) {
    const double grouped = 2.0 * width * width * static_cast<double>(options_.expansion) /
                           static_cast<double>(options_.groups);
    sum += count * (in * in + 2.0 * in * width + grouped) + 2.0 * count * count * in;
    in = width;
  }
  const double all = width * static_cast<double>(options_.layers);
  return options_.fuse_layers ? sum + all * all / 4.0 : sum;
}

}  // namespace evonas::predictor
