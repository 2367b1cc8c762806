#include "predictor/models/computation_start.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/fit_together.hpp"
#include "predictor/models/batches.hpp"
#include "predictor/models/computation_network.hpp"
#include "predictor/models/graph_spectrum.hpp"
#include "predictor/models/network_training.hpp"
#include "predictor/models/tensor_of.hpp"
#include "predictor/random_architectures.hpp"
#include "predictor/rank_normal.hpp"
#include "predictor/space_graphs.hpp"

namespace evonas::predictor {
namespace {

constexpr std::int64_t kQuantiles = 32;        // of a spectrum
constexpr std::size_t kComputationChunk = 64;  // architectures that the network looks at together
constexpr double kWidestScore = 4.0;           // of the scores that labels of others stand for

/// Each column with mean 0 and deviation 1, and all of them together of about the length 1, so that
/// distances mean the same for every set of graphs.
torch::Tensor standardised(const torch::Tensor& rows) {
  const torch::Tensor middle = rows - rows.mean(0, /*keepdim=*/true);
  const torch::Tensor deviations = middle.square().mean(0, true).sqrt().clamp_min(1e-4);
  return middle / deviations / std::sqrt(static_cast<double>(rows.size(1)));
}

/// A score stands for itself.
RankNormal scores_themselves() {
  return RankNormal::from_state(
      {{"values", {-kWidestScore, kWidestScore}}, {"scores", {-kWidestScore, kWidestScore}}});
}

}  // namespace

/// Graphs of all spaces, to be told apart by their spectra.
class ComputationStart::Contrast {
 public:
  Contrast(std::span<const SpaceGraphs> of, std::int64_t graphs, std::uint64_t seed) {
    std::vector<torch::Tensor> spectra;
    std::vector<torch::Tensor> own;
    for (std::size_t i = 0; i < of.size(); ++i) {
      const std::vector<spaces::Genotype> architectures =
          random_architectures(of[i].space(), static_cast<std::size_t>(graphs),
                               derive_seed(seed, "space", i), "graphs to contrast");
      std::vector<ComputationGraph> found = of[i].graphs(architectures);
      spectra.push_back(spectra_of(found, kQuantiles));
      own.push_back(standardised(spectra.back()));
      first_.push_back(graphs_.size());
      std::ranges::move(found, std::back_inserter(graphs_));
    }
    first_.push_back(graphs_.size());
    among_all_ = standardised(torch::cat(spectra));
    among_own_ = torch::cat(own);
  }

  /// Of batch number `step`.
  torch::Tensor loss(ComputationNetwork& network, std::int64_t step, std::int64_t size,
                     Rng& rng) const {
    const std::size_t count = first_.size() - 1;
    const bool of_all = count > 1 && step % 2 == 0;
    const std::size_t space = static_cast<std::size_t>(step / 2) % count;
    const std::size_t first = of_all ? 0 : first_[space];
    const std::size_t end = of_all ? graphs_.size() : first_[space + 1];
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = 0; i < size; ++i) {
      chosen.push_back(static_cast<std::int64_t>(first + rng.below(end - first)));
    }
    const torch::Tensor spectra =
        (of_all ? among_all_ : among_own_).index_select(0, index_of(chosen));
    return contrastive_loss(network.embed(joined(graphs_, chosen)), spectra);
  }

 private:
  std::vector<ComputationGraph> graphs_;
  std::vector<std::size_t> first_;  // graph of each space, and their number
  torch::Tensor among_all_;         // graphs x kQuantiles
  torch::Tensor among_own_;
};

/// The labelled networks of one space.
class ComputationStart::Ranking {
 public:
  Ranking(const ComputationSource& source, const SpaceGraphs& space, std::int64_t batch,
          std::uint64_t seed)
      : batches_(source.labels.size(), static_cast<std::size_t>(batch), seed) {
    const RankedLabels ranked = rank(source.labels);
    const double sign = source.higher_is_better ? 1.0 : -1.0;
    scores_ = sign * torch::tensor(ranked.scores, torch::kFloat);
    weights_ = weights_of(ranked.noises);
    graphs_ = space.graphs(ranked.genotypes);
  }

  /// Of the next batch. Means are taken out of scores: spaces have no common zero.
  torch::Tensor loss(ComputationNetwork& network, Rng& rng) {
    static constexpr std::array kLosses = {LossTerm{Loss::SquaredError, 0.5},
                                           LossTerm{Loss::PairwiseLogistic, 0.5}};
    const std::span<const std::int64_t> chosen = batches_.next();
    const torch::Tensor index = index_of(chosen);
    const torch::Tensor scores = network.score(network.embed(joined(graphs_, chosen)));
    const torch::Tensor wanted = scores_.index_select(0, index);
    return total_loss(kLosses, scores - scores.mean(), wanted - wanted.mean(),
                      weights_.defined() ? weights_.index_select(0, index) : weights_, rng);
  }

 private:
  Batches batches_;
  std::vector<ComputationGraph> graphs_;
  torch::Tensor scores_;
  torch::Tensor weights_;
};

ComputationStart::ComputationStart(std::span<const ComputationSource> sources,
                                   const ComputationOptions& options, const FitControl& control)
    : spaces_(sources.size()) {
  if (sources.empty()) {
    throw PredictorError("no space was given to learn from, expected at least one");
  }
  at::set_num_threads(1);  // sums in another order would give another network
  network_ = std::make_shared<ComputationNetwork>(
      ComputationNetworkOptions{.layers = options.layers, .width = options.width}, control.seed);
  std::vector<SpaceGraphs> graphs;
  for (const ComputationSource& source : sources) graphs.emplace_back(source.space, source.input);
  std::vector<Ranking> rankings;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].labels.empty()) continue;
    labels_ += sources[i].labels.size();
    rankings.emplace_back(sources[i], graphs[i], options.batch,
                          derive_seed(control.seed, "labels", i));
  }
  const std::int64_t label_steps = rankings.empty() ? 0 : options.label_steps;
  if (label_steps == 0) labels_ = 0;
  const double contrast_share =
      static_cast<double>(options.steps) /
      static_cast<double>(std::max<std::int64_t>(1, options.steps + label_steps));
  const OptimiserOptions optimiser = {.learning_rate = options.learning_rate, .weight_decay = 0.01};
  Rng rng(control.seed, "batches of computation graphs");
  if (options.steps > 0) {
    const Contrast contrast(graphs, options.graphs, control.seed);
    const std::int64_t counted = std::max<std::int64_t>(1, options.steps / 10);
    std::int64_t step = 0;
    train_network(*network_, options.steps, optimiser, part_of(control, 0.0, contrast_share), [&] {
      const torch::Tensor loss = contrast.loss(*network_, step, options.batch, rng);
      if (++step > options.steps - counted) {
        contrast_ += loss.item<double>() / static_cast<double>(counted);
      }
      return loss;
    });
  }
  if (label_steps > 0) {
    std::size_t step = 0;
    train_network(*network_, label_steps, optimiser, part_of(control, contrast_share, 1.0),
                  [&] { return rankings[step++ % rankings.size()].loss(*network_, rng); });
  }
  network_->eval();
}

ComputationStart::ComputationStart(const nlohmann::json& state)
    : network_(computation_network_from(state.at("network"))),
      labels_(state.at("learnt_labels").get<std::size_t>()),
      spaces_(state.at("spaces").get<std::size_t>()),
      contrast_(state.at("contrast").get<double>()) {}

ComputationStart::~ComputationStart() = default;

nlohmann::json ComputationStart::state() const {
  nlohmann::json state = {{"network", state_of(*network_)},
                          {"learnt_labels", labels_},
                          {"spaces", spaces_},
                          {"contrast", contrast_}};
  if (labels_ > 0) state["labels"] = scores_themselves().state();
  return state;
}

std::vector<double> ComputationStart::embed(const SpaceGraphs& space,
                                            std::span<const spaces::Genotype> block) const {
  const auto width = static_cast<std::size_t>(network_->options().width);
  std::vector<double> numbers(block.size() * width);
  parallel_chunks(block.size(), kComputationChunk, [&](std::size_t first, std::size_t count) {
    const torch::NoGradGuard no_gradients;
    const torch::Tensor rows =
        network_->embed(joined(space.graphs(block.subspan(first, count)))).contiguous();
    std::copy_n(rows.const_data_ptr<float>(), count * width,
                numbers.begin() + static_cast<std::ptrdiff_t>(first * width));
  });
  return numbers;
}

std::shared_ptr<const ComputationStart> read_computation_start(std::string_view bytes,
                                                               const std::string& place) {
  const Checkpoint checkpoint = read_checkpoint(bytes, place);
  try {
    return std::make_shared<const ComputationStart>(checkpoint.state);
  } catch (const std::exception& error) {
    throw PredictorError(fmt::format("{}: {}", place, error.what()));
  }
}

}  // namespace evonas::predictor
