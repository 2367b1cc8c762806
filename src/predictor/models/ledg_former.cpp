#include "predictor/models/ledg_former.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "predictor/models/layers.hpp"
#include "predictor/predictor_error.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kKinships = 4;

}  // namespace

torch::Tensor kinship_masks(const torch::Tensor& adjacency, const torch::Tensor& mask) {
  const torch::Tensor fathers = adjacency.transpose(-1, -2);
  const torch::Tensor self = torch::eye(adjacency.size(-1), adjacency.options());
  const torch::Tensor everyone = mask.unsqueeze(1) * mask.unsqueeze(2);
  return torch::stack(
             {self + adjacency, self + fathers, self + fathers.matmul(fathers), self + everyone},
             1) > 0;
}

LedgFormerBlock::LedgFormerBlock(const LedgFormerOptions& options, const Dropout& dropout)
    : dropout_(dropout),
      attention_norm_(register_module("attention_norm", norm(options.width))),
      qkv_(register_module("qkv", linear(options.width, 3 * options.width, true))),
      gate_(register_module("gate", linear(options.width, kKinships, true))),
      projection_(register_module("projection", linear(options.width, options.width, true))),
      feed_norm_(register_module("feed_norm", norm(options.width))),
      up_(register_module("up", linear(options.width, options.expansion * options.width, true))),
      down_(register_module("down",
                            linear(options.expansion * options.width, options.width, true))) {}

torch::Tensor LedgFormerBlock::forward(const torch::Tensor& x, const torch::Tensor& masks) {
  const std::int64_t graphs = x.size(0);
  const std::int64_t nodes = x.size(1);
  const std::int64_t width = x.size(2);
  const torch::Tensor seen = attention_norm_(x);
  const torch::Tensor parts =
      qkv_(seen).view({graphs, nodes, 3, kKinships, width / kKinships}).permute({2, 0, 3, 1, 4});
  const torch::Tensor scores =
      (parts[0].matmul(parts[1].transpose(-1, -2)) /
       std::sqrt(static_cast<double>(width) / static_cast<double>(kKinships)))
          .masked_fill(masks.logical_not(), -std::numeric_limits<float>::infinity());
  const torch::Tensor weights = dropout_(scores.softmax(-1), is_training());
  const torch::Tensor gates = gate_(seen).softmax(-1) * static_cast<double>(kKinships);
  const torch::Tensor mixed = (weights.matmul(parts[2]).transpose(1, 2) * gates.unsqueeze(-1))
                                  .reshape({graphs, nodes, width});
  const torch::Tensor attended = x + dropout_(projection_(mixed), is_training());
  const torch::Tensor hidden = dropout_(up_(feed_norm_(attended)).relu(), is_training());
  return attended + dropout_(down_(hidden), is_training());
}

LedgFormer::LedgFormer(const LedgFormerOptions& options, const torch::Tensor& texts,
                       std::uint64_t seed)
    : options_(options),
      // Its own copy: moving one network to a device moves no other that was made of the same.
      texts_(register_buffer("texts", texts.clone())),
      text_(register_module("text", linear(texts_.size(1), options.width, true))),
      node_width_(register_parameter("node_width", torch::empty({options.width}))),
      norm_(norm(options.width)),
      hidden_(linear(options.width, options.width, true)),
      score_(linear(options.width, 1, true)) {
  if (options.width % kKinships != 0) {
    throw PredictorError("the width of LeDG-Former is to be a multiple of 4, the number of heads");
  }
  const Dropout dropout(options.dropout, seed);
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    blocks_.push_back(register_module("block" + std::to_string(layer),
                                      std::make_shared<LedgFormerBlock>(options, dropout)));
  }
  register_module("norm", norm_);
  register_module("hidden", hidden_);
  register_module("score", score_);
  draw_linear_weights(*this, dropout.generator());
  draws_from(dropout.generator());
  const torch::NoGradGuard no_gradients;
  // Sentences are unit vectors of some hundred numbers: what they are mapped to is to be about as
  // large as the widths of nodes are.
  text_->weight.mul_(std::sqrt(static_cast<double>(texts_.size(1))));
  node_width_.normal_(0.0, 0.5, dropout.generator());
}

torch::Tensor LedgFormer::forward(const GraphBatch& graphs) {
  torch::Tensor x = torch::embedding(text_(texts_), graphs.operations);
  if (graphs.attributes.defined()) x = x + graphs.attributes * node_width_;
  const torch::Tensor masks = kinship_masks(graphs.adjacency, graphs.mask);
  for (const auto& block : blocks_) x = block->forward(x, masks);
  const torch::Tensor mean =
      (norm_(x) * graphs.mask.unsqueeze(-1)).sum(1) / graphs.mask.sum(1, true);
  return score_(hidden_(mean).relu()).squeeze(-1);
}

double LedgFormer::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  const double inner = width * static_cast<double>(options_.expansion);
  const double maps = count * (4.0 * width * width + 4.0 * width + 2.0 * width * inner);
  return static_cast<double>(options_.layers) * (maps + 2.0 * count * count * width) +
         width * width + width;
}

}  // namespace evonas::predictor
