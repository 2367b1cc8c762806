#include "predictor/models/arch2vec_quality.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/utils.h>

#include "base/key.hpp"
#include "predictor/models/arch2vec_network.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/tensor_of.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kJudgedChunk = 500;  // graphs that are encoded together
constexpr std::size_t kDrawnGraphs = 10000;

double share_of(std::int64_t some, std::int64_t all) {
  return all > 0 ? static_cast<double>(some) / static_cast<double>(all) : 0.0;
}

std::int64_t true_count(const torch::Tensor& is_so) { return is_so.sum().item<std::int64_t>(); }

/// What was decoded, decided.
struct Decided {
  torch::Tensor operations;  // graphs x nodes, int64
  torch::Tensor edges;       // graphs x nodes x nodes, bool: [from][to]
};

Decided decided(const DecodedGraphs& decoded, const torch::Tensor& pairs) {
  return {.operations = decoded.operations.argmax(-1),
          .edges = (decoded.adjacency > 0).logical_and(pairs)};
}

/// A number for each node: its operation, whether it reads, and whether it is read.
torch::Tensor roles_of(const Decided& graphs) {
  return 4 * graphs.operations + 2 * graphs.edges.any(1).to(torch::kInt64) +
         graphs.edges.any(2).to(torch::kInt64);
}

/// Equal for equal graphs of so many nodes each.
Key graph_key(const torch::Tensor& operations, const torch::Tensor& edges, std::int64_t nodes) {
  const torch::Tensor own = operations.slice(0, 0, nodes).contiguous();
  const torch::Tensor matrix =
      edges.slice(0, 0, nodes).slice(1, 0, nodes).to(torch::kInt64).contiguous();
  const auto add = [](KeyStream& key, const torch::Tensor& numbers) {
    key.add(std::span<const std::int64_t>(numbers.const_data_ptr<std::int64_t>(),
                                          static_cast<std::size_t>(numbers.numel())));
  };
  KeyStream key;
  add(key, own);
  add(key, matrix);
  return key.key();
}

/// What is counted of real graphs, and what is learnt of them to draw others.
class RealGraphs {
 public:
  explicit RealGraphs(std::int64_t columns)
      : seen_roles_(torch::zeros({4 * columns}, torch::kBool)) {}

  void add(Arch2VecNetwork& network, const GraphBatch& graphs) {
    const torch::Tensor means = network.encode(graphs).means;
    const torch::Tensor pairs = pairs_of(graphs) > 0;
    const torch::Tensor real = graphs.mask > 0;
    const Decided truth = {.operations = graphs.operations, .edges = graphs.adjacency > 0};
    const Decided found = decided(network.decode(means), pairs);
    const torch::Tensor right_nodes = (found.operations == truth.operations).logical_and(real);
    const torch::Tensor right_pairs = (found.edges == truth.edges).logical_and(pairs);
    const torch::Tensor whole =
        (right_nodes == real).all(1).logical_and((right_pairs == pairs).flatten(1).all(1));
    graphs_ += graphs.mask.size(0);
    nodes_ += true_count(real);
    pairs_ += true_count(pairs);
    right_graphs_ += true_count(whole);
    right_nodes_ += true_count(right_nodes);
    right_pairs_ += true_count(right_pairs);
    seen_roles_.index_fill_(0, roles_of(truth).masked_select(real), 1);
    latents_.push_back(means.flatten(0, 1).index_select(0, real.flatten().nonzero().squeeze(1)));
    const torch::Tensor sizes = real.sum(1).contiguous();
    sizes_.insert(sizes_.end(), sizes.const_data_ptr<std::int64_t>(),
                  sizes.const_data_ptr<std::int64_t>() + sizes.numel());
  }

  /// The shares of what has come back.
  Arch2VecQuality quality() const {
    return {.graphs = share_of(right_graphs_, graphs_),
            .operations = share_of(right_nodes_, nodes_),
            .edges = share_of(right_pairs_, pairs_)};
  }

  /// Fills in the shares of what is drawn.
  void draw(Arch2VecNetwork& network, std::uint64_t seed, Arch2VecQuality& quality) const {
    const torch::Tensor latents = torch::cat(latents_);
    const torch::Tensor mean = latents.mean(0);
    const torch::Tensor deviation = (latents - mean).square().mean(0).sqrt();
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    std::int64_t valid = 0;
    std::set<Key> distinct;
    for (std::size_t first = 0; first < kDrawnGraphs; first += kJudgedChunk) {
      std::vector<std::int64_t> sizes;
      for (std::size_t i = first; i < std::min(kDrawnGraphs, first + kJudgedChunk); ++i) {
        sizes.push_back(sizes_[i % sizes_.size()]);
      }
      const torch::Tensor nodes = torch::arange(*std::ranges::max_element(sizes));
      const torch::Tensor real = nodes.unsqueeze(0) < index_of(sizes).unsqueeze(1);
      const torch::Tensor pairs = real.unsqueeze(2).logical_and(real.unsqueeze(1)).triu(1);
      const torch::Tensor noise =
          torch::empty({real.size(0), real.size(1), mean.size(0)}).normal_(0.0, 1.0, generator);
      const Decided drawn = decided(network.decode(mean + deviation * noise), pairs);
      const torch::Tensor known =
          seen_roles_.index_select(0, roles_of(drawn).flatten()).view_as(real);
      const torch::Tensor is_valid = known.logical_or(real.logical_not()).all(1).contiguous();
      valid += true_count(is_valid);
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (!is_valid.const_data_ptr<bool>()[i]) continue;
        const auto row = static_cast<std::int64_t>(i);
        distinct.insert(graph_key(drawn.operations[row], drawn.edges[row], sizes[i]));
      }
    }
    quality.valid = share_of(valid, static_cast<std::int64_t>(kDrawnGraphs));
    quality.distinct = share_of(static_cast<std::int64_t>(distinct.size()), valid);
  }

 private:
  torch::Tensor seen_roles_;
  std::vector<torch::Tensor> latents_;
  std::vector<std::int64_t> sizes_;
  std::int64_t graphs_ = 0;
  std::int64_t nodes_ = 0;
  std::int64_t pairs_ = 0;
  std::int64_t right_graphs_ = 0;
  std::int64_t right_nodes_ = 0;
  std::int64_t right_pairs_ = 0;
};

}  // namespace

Arch2VecQuality judge(Arch2VecNetwork& network, const GraphFeatures& features,
                      std::span<const spaces::Genotype> architectures, std::uint64_t seed) {
  const torch::NoGradGuard no_gradients;
  RealGraphs real(network.options().operations);
  for (std::size_t first = 0; first < architectures.size(); first += kJudgedChunk) {
    const std::size_t size = std::min(kJudgedChunk, architectures.size() - first);
    real.add(network, graphs_of(features.view(), features.vocabulary(),
                                architectures.subspan(first, size), Identities::Kept));
  }
  Arch2VecQuality quality = real.quality();
  real.draw(network, seed, quality);
  return quality;
}

}  // namespace evonas::predictor
