#include "predictor/models/nar_former.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "predictor/models/code_table.hpp"
#include "predictor/models/layers.hpp"
#include "predictor/position_code.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kBeforeFirst = -1;  // what the input node reads
constexpr std::int64_t kEnd = 100000;      // the number in all parts of the END token
constexpr std::array<std::int64_t, 3> kQueries = {4, 2, 1};

/// The code of one number: 1 x width.
torch::Tensor code_of(std::int64_t number, std::int64_t width) {
  torch::Tensor code = torch::empty({1, width});
  distinct_code(number, {code.data_ptr<float>(), static_cast<std::size_t>(width)});
  return code;
}

}  // namespace

FeedForward::FeedForward(std::int64_t width, const NarFormerOptions& options,
                         const Dropout& dropout)
    : dropout_(dropout),
      up_(register_module("up", torch::nn::Linear(width, options.expansion * width))),
      down_(register_module("down", torch::nn::Linear(options.expansion * width, width))) {}

torch::Tensor FeedForward::forward(const torch::Tensor& x) {
  return down_(dropout_(up_(x).relu(), is_training()));
}

MultiHeadAttention::MultiHeadAttention(std::int64_t width, const NarFormerOptions& options,
                                       const Dropout& dropout, bool project_queries)
    : heads_(options.heads),
      dropout_(dropout),
      key_(register_module("key", torch::nn::Linear(width, width))),
      value_(register_module("value", torch::nn::Linear(width, width))),
      output_(register_module("output", torch::nn::Linear(width, width))) {
  if (project_queries) query_ = register_module("query", torch::nn::Linear(width, width));
}

torch::Tensor MultiHeadAttention::forward(const torch::Tensor& queries, const torch::Tensor& memory,
                                          const torch::Tensor& real) {
  const auto by_head = [this](const torch::Tensor& x) {
    return x.view({x.size(0), x.size(1), heads_, x.size(2) / heads_}).transpose(1, 2);
  };
  const torch::Tensor q = by_head(query_.is_empty() ? queries : query_(queries));
  torch::Tensor scores = q.matmul(by_head(key_(memory)).transpose(-1, -2)) /
                         std::sqrt(static_cast<double>(q.size(-1)));
  scores = scores.masked_fill(real.logical_not().unsqueeze(1).unsqueeze(1),
                              -std::numeric_limits<float>::infinity());
  const torch::Tensor weights = dropout_(scores.softmax(-1), is_training());
  const torch::Tensor mixed = weights.matmul(by_head(value_(memory))).transpose(1, 2);
  return output_(mixed.reshape({queries.size(0), queries.size(1), queries.size(2)}));
}

/// One layer of the encoder.
struct NarFormer::Layer : torch::nn::Module {
  Layer(std::int64_t width, const NarFormerOptions& options, const Dropout& dropout)
      : attention_norm(register_module("attention_norm", norm(width))),
        attention(register_module(
            "attention", std::make_shared<MultiHeadAttention>(width, options, dropout, true))),
        feed_norm(register_module("feed_norm", norm(width))),
        feed(register_module("feed", std::make_shared<FeedForward>(width, options, dropout))) {}

  torch::Tensor forward(torch::Tensor x, const torch::Tensor& real) {
    const torch::Tensor normed = attention_norm(x);
    x = x + attention->forward(normed, normed, real);
    return x + feed->forward(feed_norm(x));
  }

  torch::nn::LayerNorm attention_norm;
  std::shared_ptr<MultiHeadAttention> attention;
  torch::nn::LayerNorm feed_norm;
  std::shared_ptr<FeedForward> feed;
};

/// One stage of the readout. All but the first let the tokens of the stage before look at what the
/// encoder made; then the stage's own queries look at that.
struct NarFormer::Stage : torch::nn::Module {
  Stage(std::int64_t width, std::int64_t tokens, bool first, const NarFormerOptions& options,
        const Dropout& dropout)
      : queries(register_parameter("queries", torch::empty({tokens, width}))),
        memory_norm(register_module("memory_norm", norm(width))),
        attention(register_module(
            "attention", std::make_shared<MultiHeadAttention>(width, options, dropout, false))),
        feed_norm(register_module("feed_norm", norm(width))),
        feed(register_module("feed", std::make_shared<FeedForward>(width, options, dropout))) {
    if (first) return;
    look_norm = register_module("look_norm", norm(width));
    look_memory_norm = register_module("look_memory_norm", norm(width));
    look = register_module("look",
                           std::make_shared<MultiHeadAttention>(width, options, dropout, true));
    look_feed_norm = register_module("look_feed_norm", norm(width));
    look_feed =
        register_module("look_feed", std::make_shared<FeedForward>(width, options, dropout));
  }

  torch::Tensor forward(const torch::Tensor& before, const torch::Tensor& memory,
                        const torch::Tensor& real) {
    torch::Tensor seen = memory;
    torch::Tensor seen_real = real;
    if (look) {
      seen = look->forward(look_norm(before), look_memory_norm(memory), real);
      seen = seen + look_feed->forward(look_feed_norm(seen));
      seen_real = torch::ones({seen.size(0), seen.size(1)}, real.options());
    }
    const torch::Tensor tokens =
        attention->forward(queries.expand({memory.size(0), -1, -1}), memory_norm(seen), seen_real);
    return tokens + feed->forward(feed_norm(tokens));
  }

  torch::Tensor queries;
  torch::nn::LayerNorm memory_norm;
  std::shared_ptr<MultiHeadAttention> attention;
  torch::nn::LayerNorm feed_norm;
  std::shared_ptr<FeedForward> feed;
  torch::nn::LayerNorm look_norm{nullptr};
  torch::nn::LayerNorm look_memory_norm{nullptr};
  std::shared_ptr<MultiHeadAttention> look;
  torch::nn::LayerNorm look_feed_norm{nullptr};
  std::shared_ptr<FeedForward> look_feed;
};

NarFormer::NarFormer(const NarFormerOptions& options, std::uint64_t seed)
    : options_(options),
      width_(3 * options.code_width),
      codes_(register_buffer("codes", distinct_code_table(kDistinctCodes, options.code_width))),
      depth_codes_(register_buffer("depth_codes", distinct_code_table(kDistinctCodes, width_))),
      depth_(register_module("depth", torch::nn::Linear(width_, width_))),
      norm_(register_module("norm", norm(width_))),
      head_(register_module("head", torch::nn::Linear(width_, 1))) {
  const Dropout dropout(options.dropout, seed);
  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    layers_.push_back(register_module("layer" + std::to_string(layer),
                                      std::make_shared<Layer>(width_, options, dropout)));
  }
  for (std::size_t stage = 0; stage < kQueries.size(); ++stage) {
    stages_.push_back(register_module(
        "stage" + std::to_string(stage),
        std::make_shared<Stage>(width_, kQueries.at(stage), stage == 0, options, dropout)));
  }
  draw_linear_weights(*this, dropout.generator());
  draws_from(dropout.generator());
  const torch::NoGradGuard no_gradients;
  for (const auto& stage : stages_) stage->queries.normal_(0.0, 1.0, dropout.generator());
}

torch::Tensor NarFormer::tokens(const GraphBatch& graphs) {
  const std::int64_t batch = graphs.operations.size(0);
  const std::int64_t nodes = graphs.operations.size(1);
  const std::int64_t part = options_.code_width;
  const torch::Tensor positions = codes_.narrow(0, 0, nodes);
  torch::Tensor sources = graphs.adjacency.clamp_max(1.0).transpose(1, 2).matmul(positions);
  sources = torch::cat({code_of(kBeforeFirst, part).to(sources).expand({batch, 1, part}),
                        sources.narrow(1, 1, nodes - 1)},
                       1);
  const torch::Tensor parts = torch::cat({torch::embedding(codes_, graphs.operations),
                                          positions.expand({batch, nodes, part}), sources},
                                         -1);
  const torch::Tensor end = code_of(kEnd, part).to(parts).repeat({1, 3});
  const torch::Tensor counts = graphs.mask.sum(1).to(torch::kInt64);
  const torch::Tensor depth = depth_(torch::embedding(depth_codes_, counts)).relu();
  // END stands before the padding here instead of after the last node: attention has no order.
  return torch::cat({depth.unsqueeze(1), end.expand({batch, 1, width_}), parts}, 1);
}

torch::Tensor NarFormer::forward(const GraphBatch& graphs) {
  check_codes(graphs, kDistinctCodes, "NAR-Former");
  torch::Tensor memory = tokens(graphs);
  const torch::Tensor real = torch::constant_pad_nd(graphs.mask, {2, 0}, 1.0).to(torch::kBool);
  for (const auto& layer : layers_) memory = layer->forward(memory, real);
  torch::Tensor read;
  for (const auto& stage : stages_) read = stage->forward(read, memory, real);
  return head_(norm_(read).select(1, -1)).squeeze(-1).sigmoid();
}

double NarFormer::multiply_accumulates(std::size_t nodes) const {
  const auto tokens = static_cast<double>(nodes + 2);
  const auto width = static_cast<double>(width_);
  const double inner = width * static_cast<double>(options_.expansion);
  // The stages of the readout look at the memory once each: about one layer in all.
  return static_cast<double>(options_.layers + 1) *
         (tokens * (4.0 * width * width + 2.0 * width * inner) + 2.0 * tokens * tokens * width);
}

}  // namespace evonas::predictor
