#include "predictor/models/nn_former.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <torch/nn/init.h>

#include "predictor/models/layers.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kMaskHeads = 4;  // one for each mask
constexpr double kWeightDeviation = 0.02;
constexpr double kOutputOffset = 0.5;

/// Matrices of the nodes with `value` in a new first and last row and column.
torch::Tensor bordered(const torch::Tensor& matrices, double value) {
  return torch::constant_pad_nd(matrices, {1, 1, 1, 1}, value);
}

void check_room(const char* what, std::int64_t given, std::int64_t room) {
  if (given <= room) return;
  throw PredictorError("a graph with " + std::string(what) + " " + std::to_string(given) +
                       " was given to an NN-Former that has room for " + std::to_string(room) +
                       "; build it with more operations");
}

/// Normal numbers, those beyond two deviations drawn again.
void truncated_normal(torch::Tensor& x, const at::Generator& generator) {
  const torch::NoGradGuard no_gradients;
  const double edge = std::erf(std::sqrt(2.0));
  x.uniform_(-edge, edge, generator).erfinv_().mul_(kWeightDeviation * std::sqrt(2.0));
}

}  // namespace

torch::Tensor sibling_masks(const torch::Tensor& adjacency) {
  const torch::Tensor self = torch::eye(adjacency.size(-1), adjacency.options());
  const torch::Tensor reversed = adjacency.transpose(-1, -2);
  return torch::stack({self + adjacency, self + reversed, self + reversed.matmul(adjacency),
                       self + adjacency.matmul(reversed)},
                      1) > 0;
}

NnFormerBlock::NnFormerBlock(const NnFormerOptions& options, const Dropout& dropout)
    : dropout_(dropout),
      attention_norm_(norm(options.width)),
      qkv_(linear(options.width, 3 * options.width, false)),
      projection_(linear(options.width, options.width, false)),
      feed_norm_(norm(options.width)),
      up_(linear(options.width, options.expansion * options.width, false)),
      aggregate_(linear(options.width, options.expansion * options.width, false)),
      down_(linear(options.expansion * options.width, options.width, false)) {
  register_module("attention_norm", attention_norm_);
  register_module("qkv", qkv_);
  register_module("projection", projection_);
  register_module("feed_norm", feed_norm_);
  register_module("up", up_);
  register_module("aggregate", aggregate_);
  register_module("down", down_);
}

torch::Tensor NnFormerBlock::attend(const torch::Tensor& x, const torch::Tensor& masks) {
  const std::int64_t graphs = x.size(0);
  const std::int64_t nodes = x.size(1);
  const std::int64_t width = x.size(2);
  const torch::Tensor parts = qkv_(attention_norm_(x))
                                  .view({graphs, nodes, 3, kMaskHeads, width / kMaskHeads})
                                  .permute({2, 0, 3, 1, 4});
  torch::Tensor scores = parts[0].matmul(parts[1].transpose(-1, -2)) /
                         std::sqrt(static_cast<double>(width) / kMaskHeads);
  scores = scores.masked_fill(masks.logical_not(), -std::numeric_limits<float>::infinity());
  const torch::Tensor weights = dropout_(scores.softmax(-1), is_training());
  const torch::Tensor mixed =
      weights.matmul(parts[2]).transpose(1, 2).reshape({graphs, nodes, width});
  return x + dropout_(projection_(mixed), is_training());
}

torch::Tensor NnFormerBlock::forward(const torch::Tensor& x, const torch::Tensor& masks,
                                     const torch::Tensor& adjacency) {
  const torch::Tensor attended = attend(x, masks);
  const torch::Tensor normed = feed_norm_(attended);
  const std::vector<torch::Tensor> halves = aggregate_(normed).chunk(2, -1);
  const torch::Tensor summed =
      torch::cat({adjacency.matmul(halves[0]), adjacency.transpose(-1, -2).matmul(halves[1])}, -1);
  const torch::Tensor hidden = dropout_((up_(normed) + summed).relu(), is_training());
  return attended + dropout_(down_(hidden), is_training());
}

NnFormer::NnFormer(const NnFormerOptions& options, std::uint64_t seed)
    : options_(options),
      operation_(linear(options.operations, options.width, false)),
      depth_(linear(options.operations, options.width, false)),
      class_token_(register_parameter("class_token", torch::zeros({options.width}))),
      token_norm_(norm(options.width)),
      norm_(norm(options.width)),
      head_(linear(options.width, 1, true)) {
  register_module("operation", operation_);
  register_module("depth", depth_);
  register_module("token_norm", token_norm_);
  const Dropout dropout(options.dropout, seed);
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    blocks_.push_back(register_module("block" + std::to_string(layer),
                                      std::make_shared<NnFormerBlock>(options, dropout)));
  }
  register_module("norm", norm_);
  register_module("head", head_);
  for (auto& parameter : named_parameters()) {
    if (parameter.value().dim() == 2) truncated_normal(parameter.value(), dropout.generator());
  }
  truncated_normal(class_token_, dropout.generator());
  draws_from(dropout.generator());
  torch::nn::init::zeros_(head_->bias);
}

torch::Tensor NnFormer::forward(const GraphBatch& graphs) {
  const std::int64_t batch = graphs.operations.size(0);
  const torch::Tensor counts = graphs.mask.sum(1).to(torch::kInt64);
  check_room("operation", graphs.operations.max().item<std::int64_t>() + 1, options_.operations);
  check_room("nodes", counts.max().item<std::int64_t>() + 1, options_.operations);
  const auto tokens = [](const torch::nn::Linear& embedding, const torch::Tensor& columns) {
    return torch::embedding(embedding->weight.t(), columns);
  };
  torch::Tensor x =
      torch::cat({class_token_.expand({batch, 1, options_.width}),
                  tokens(operation_, graphs.operations), tokens(depth_, counts).unsqueeze(1)},
                 1);
  x = token_norm_(x);

  const torch::Tensor adjacency = graphs.adjacency.clamp_max(1.0);
  // Tokens see every node and every node sees the tokens; nobody but itself sees padding.
  const torch::Tensor real = torch::constant_pad_nd(graphs.mask, {1, 1}, 1.0);
  torch::Tensor masks =
      options_.tokens_make_siblings
          ? sibling_masks(bordered(adjacency, 1.0) * real.unsqueeze(1) * real.unsqueeze(2))
          : bordered(sibling_masks(adjacency).to(torch::kFloat), 1.0).to(torch::kBool);
  masks = masks.logical_and(real.to(torch::kBool).unsqueeze(1).unsqueeze(1))
              .logical_or(torch::eye(real.size(1), masks.options()));
  const torch::Tensor edges = bordered(adjacency, 0.0);
  for (const auto& block : blocks_) x = block->forward(x, masks, edges);
  return head_(norm_(x.select(1, 0))).squeeze(-1) + kOutputOffset;
}

double NnFormer::multiply_accumulates(std::size_t nodes) const {
  const auto tokens = static_cast<double>(nodes + 2);
  const auto width = static_cast<double>(options_.width);
  const double inner = width * static_cast<double>(options_.expansion);
  const double maps = tokens * (4.0 * width * width + 3.0 * width * inner);
  const double pairs = tokens * tokens * (2.0 * width + inner);
  return static_cast<double>(options_.layers) * (maps + pairs);
}

}  // namespace evonas::predictor
