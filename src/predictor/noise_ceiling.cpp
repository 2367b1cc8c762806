#include "predictor/noise_ceiling.hpp"

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "base/rank_correlation.hpp"
#include "predictor/label_noise.hpp"

namespace evonas::predictor {
namespace {

constexpr std::uint64_t kDraws = 5;

}  // namespace

std::optional<NoiseCeiling> noise_ceiling(std::span<const double> labels,
                                          std::span<const double> noises, bool higher_is_better) {
  const std::vector<double> deviations = known_noises(noises);
  if (deviations.empty()) return std::nullopt;
  NoiseCeiling ceiling;
  std::vector<double> drawn(labels.size());
  for (std::uint64_t draw = 1; draw <= kDraws; ++draw) {
    Rng rng(draw, "fresh labels of a noise ceiling");
    for (std::size_t i = 0; i < labels.size(); ++i) {
      drawn[i] = labels[i] + deviations[i] * rng.normal();
    }
    ceiling.tau += kendall_tau_b(labels, drawn) / static_cast<double>(kDraws);
    ceiling.top10_tau +=
        best_tenth_tau(drawn, labels, higher_is_better) / static_cast<double>(kDraws);
  }
  return ceiling;
}

}  // namespace evonas::predictor
