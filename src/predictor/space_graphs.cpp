#include "predictor/space_graphs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "predictor/random_architectures.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kUsual = 256;       // random networks that say what is usual
constexpr double kLeastDeviation = 1e-3;  // of a number that hardly varies
constexpr double kMostDeviations = 5.0;   // that a network can be away from the mean

}  // namespace

SpaceGraphs::SpaceGraphs(spaces::AnySpace space, const spaces::NetworkInput& input)
    : space_(std::move(space)), input_(input) {
  const std::vector<ComputationGraph> usual = computation_graphs(
      space_, input_, random_architectures(space_, kUsual, /*seed=*/1, "usual networks"));
  for (std::size_t i = 0; i < kWholeNumbers; ++i) {
    for (const ComputationGraph& graph : usual) means_[i] += graph.whole[i] / kUsual;
    double variance = 0.0;
    for (const ComputationGraph& graph : usual) {
      variance += (graph.whole[i] - means_[i]) * (graph.whole[i] - means_[i]) / kUsual;
    }
    deviations_[i] = std::max(std::sqrt(variance), kLeastDeviation);
  }
}

std::vector<ComputationGraph> SpaceGraphs::graphs(
    std::span<const spaces::Genotype> architectures) const {
  std::vector<ComputationGraph> found = computation_graphs(space_, input_, architectures);
  for (ComputationGraph& graph : found) {
    for (std::size_t i = 0; i < kWholeNumbers; ++i) {
      const double away = (graph.whole[i] - means_[i]) / deviations_[i];
      graph.whole[i] = static_cast<float>(std::clamp(away, -kMostDeviations, kMostDeviations));
    }
  }
  return found;
}

}  // namespace evonas::predictor
