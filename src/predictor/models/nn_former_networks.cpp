#include "predictor/models/nn_former_networks.hpp"

#include <string>

#include "predictor/models/layers.hpp"

namespace evonas::predictor {
namespace {

constexpr double kNodesUnit = 64.0;  // of sums over nodes, so that heads begin with small numbers

}  // namespace

NnFormerNetworks::NnFormerNetworks(const NnFormerNetworksOptions& options, std::uint64_t seed)
    : options_(options),
      embed_(register_module("embed",
                             linear(options.operators + options.attributes, options.width, true))),
      token_norm_(register_module("token_norm", norm(options.width))),
      norm_(register_module("norm", norm(options.width))),
      statics_(register_module("statics", linear(options.statics, options.width, true))) {
  const Dropout dropout(options.dropout, seed);
  const NnFormerOptions block{
      .width = options.width, .expansion = options.expansion, .dropout = options.dropout};
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    blocks_.push_back(register_module("block" + std::to_string(layer),
                                      std::make_shared<NnFormerBlock>(block, dropout)));
  }
  head_ = register_module("head",
                          std::make_shared<NetworkHead>(2 * options.width, options.width, dropout));
  draw_linear_weights(*this, dropout.generator());
  draws_from(dropout.generator());
}

torch::Tensor NnFormerNetworks::forward(const GraphBatch& graphs) {
  const torch::Tensor adjacency = graphs.adjacency.clamp_max(1.0);
  const torch::Tensor masks = sibling_masks(adjacency);  // of padding: itself alone
  torch::Tensor x = token_norm_(embed_(network_nodes(graphs, options_.operators)));
  for (const auto& block : blocks_) x = block->forward(x, masks, adjacency);
  const torch::Tensor sum = (norm_(x) * graphs.mask.unsqueeze(-1)).sum(1) / kNodesUnit;
  return head_->forward(torch::cat({sum, statics_(graphs.statics).relu()}, -1));
}

double NnFormerNetworks::multiply_accumulates(std::size_t nodes) const {
  const auto count = static_cast<double>(nodes);
  const auto width = static_cast<double>(options_.width);
  const double inner = width * static_cast<double>(options_.expansion);
  const double layer =
      count * (4.0 * width * width + 3.0 * width * inner) + count * count * (2.0 * width + inner);
  const double read = count * static_cast<double>(options_.operators + options_.attributes) * width;
  return read + static_cast<double>(options_.layers) * layer +
         (static_cast<double>(options_.statics) + 3.0 * width + 1.0) * width;
}

}  // namespace evonas::predictor
