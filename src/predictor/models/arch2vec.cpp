#include "predictor/models/arch2vec.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/key_index.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/models/arch2vec_network.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/graph_batch.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kArch2VecChunk = 512;  // architectures that the network looks at together
constexpr double kLongestGradient = 5.0;

/// Equal for architectures that are read as the same graph, with its nodes in the same order.
std::vector<Key> keys_of_graphs(const ArchitectureView& view,
                                std::span<const spaces::Genotype> architectures) {
  std::vector<Key> keys(architectures.size());
  parallel_chunks(architectures.size(), kArch2VecChunk, [&](std::size_t first, std::size_t count) {
    graph::Tokens tokens;
    for (std::size_t i = first; i < first + count; ++i) {
      view.tokens(architectures[i], tokens);
      KeyStream key;
      key.add(std::span<const graph::OperationToken>(tokens.operations));
      for (const auto [from, to] : tokens.edges) {
        const std::array<graph::NodeId, 2> edge = {from, to};
        key.add(std::span<const graph::NodeId>(edge));
      }
      keys[i] = key.key();
    }
  });
  return keys;
}

/// The first architecture of each graph, among all that the space has or among random ones.
std::vector<spaces::Genotype> distinct_graphs(const ArchitectureView& view, std::uint64_t most,
                                              std::uint64_t seed) {
  const spaces::AnySpace& space = view.space();
  const std::uint64_t size = space.size().value_or(0);
  std::vector<spaces::Genotype> found;
  if (size > 0 && size <= most) {
    for (std::uint64_t i = 0; i < size; ++i) found.push_back(space.at(i));
  } else {
    found = random_architectures(space, most, seed, "graphs to embed");
  }
  const std::vector<Key> keys = keys_of_graphs(view, found);
  KeyIndex known;
  std::vector<spaces::Genotype> distinct;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (known.insert(keys[i]).second) distinct.push_back(std::move(found[i]));
  }
  return distinct;
}

nlohmann::json to_json(const Arch2VecQuality& quality) {
  return {{"graphs", quality.graphs},
          {"operations", quality.operations},
          {"edges", quality.edges},
          {"valid", quality.valid},
          {"distinct", quality.distinct}};
}

Arch2VecQuality quality_from(const nlohmann::json& state) {
  return {.graphs = state.at("graphs").get<double>(),
          .operations = state.at("operations").get<double>(),
          .edges = state.at("edges").get<double>(),
          .valid = state.at("valid").get<double>(),
          .distinct = state.at("distinct").get<double>()};
}

std::shared_ptr<Arch2VecNetwork> network_of(const nlohmann::json& state,
                                            const GraphFeatures& features) {
  check_same_space(state.at("space"), features.vocabulary().key());
  return arch2vec_network_from(state.at("network"), features.vocabulary().width());
}

}  // namespace

Arch2Vec::Arch2Vec(const GraphFeatures& features, const Arch2VecOptions& options,
                   const FitControl& control)
    : space_(features.vocabulary().key()) {
  at::set_num_threads(1);  // sums in another order would give another embedding
  std::vector<spaces::Genotype> architectures =
      distinct_graphs(features.view(), static_cast<std::uint64_t>(options.graphs), control.seed);
  Rng(control.seed, "graphs held out").shuffle(std::span(architectures));
  const auto held_out = static_cast<std::size_t>(
      std::llround(options.held_out * static_cast<double>(architectures.size())));
  const auto taught = std::span(architectures).subspan(held_out);
  const auto held = std::span(architectures).first(held_out);

  network_ = std::make_shared<Arch2VecNetwork>(
      Arch2VecNetworkOptions{.operations = static_cast<std::int64_t>(features.vocabulary().width()),
                             .layers = options.layers,
                             .width = options.width,
                             .latent = options.latent,
                             .dropout = options.dropout},
      control.seed);
  const auto batch_size = static_cast<std::size_t>(options.batch);
  Batches batches(taught.size(), batch_size, control.seed);
  std::vector<spaces::Genotype> batch;
  const auto an_epoch = static_cast<std::int64_t>((taught.size() + batch_size - 1) / batch_size);
  train_network(
      *network_, std::max(options.epochs * an_epoch, options.least_steps),
      {.learning_rate = options.learning_rate,
       .weight_decay = 0.0,
       .second_moment = 0.999,
       .decay = OptimiserOptions::Decay::None,
       .longest_gradient = kLongestGradient},
      control, [&] {
        batch.clear();
        for (const std::int64_t i : batches.next()) {
          batch.push_back(taught[static_cast<std::size_t>(i)]);
        }
        return network_
            ->loss(graphs_of(features.view(), features.vocabulary(), batch, Identities::Kept))
            .sum();
      });
  network_->eval();
  quality_ = judge(*network_, features, held.empty() ? taught : held,
                   derive_seed(control.seed, "latents to decode", 0));
}

Arch2Vec::Arch2Vec(const nlohmann::json& state, const GraphFeatures& features)
    : space_(features.vocabulary().key()),
      network_(network_of(state, features)),
      quality_(quality_from(state.at("quality"))) {}

nlohmann::json Arch2Vec::state() const {
  return {
      {"space", space_.hex()}, {"network", state_of(*network_)}, {"quality", to_json(quality_)}};
}

std::size_t Arch2Vec::width() const { return static_cast<std::size_t>(network_->options().latent); }

std::vector<double> Arch2Vec::embed(const GraphFeatures& features,
                                    std::span<const spaces::Genotype> block) const {
  std::vector<double> numbers(block.size() * width());
  parallel_chunks(block.size(), kArch2VecChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor rows = network_
                                   ->embed(graphs_of(features.view(), features.vocabulary(),
                                                     block.subspan(first, count), Identities::Kept))
                                   .contiguous();
    std::copy_n(rows.const_data_ptr<float>(), count * width(),
                numbers.begin() + static_cast<std::ptrdiff_t>(first * width()));
  });
  return numbers;
}

double Arch2Vec::multiply_accumulates(std::size_t nodes) const {
  return network_->multiply_accumulates(nodes);
}

std::shared_ptr<const Arch2Vec> read_arch2vec(std::string_view bytes, const std::string& place,
                                              const GraphFeatures& features) {
  const Checkpoint checkpoint = read_checkpoint(bytes, place);
  try {
    return std::make_shared<const Arch2Vec>(checkpoint.state, features);
  } catch (const std::exception& error) {
    throw PredictorError(fmt::format("{}: {}", place, error.what()));
  }
}

}  // namespace evonas::predictor
