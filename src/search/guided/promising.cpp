#include "search/guided/promising.hpp"

#include <algorithm>
#include <tuple>

#include "search/pareto.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kMostOfOne = 10;
constexpr std::size_t kMostOfSeveral = 50;

std::vector<std::size_t> best_by_merit(std::span<const GuidedCandidate> candidates,
                                       std::vector<std::size_t> open) {
  const std::size_t count = std::min(kMostOfOne, open.size());
  std::ranges::partial_sort(open, open.begin() + static_cast<std::ptrdiff_t>(count), {},
                            [&](std::size_t i) {
                              const Individual& one = candidates[i].individual;
                              return std::tuple(one.violation, one.objectives.front(), i);
                            });
  open.resize(count);
  return open;
}

std::vector<std::size_t> front_by_means(std::span<const GuidedCandidate> candidates,
                                        std::span<const std::size_t> open) {
  std::vector<Individual> expected;
  for (const std::size_t i : open) {
    Individual& one = expected.emplace_back();
    one.violation = candidates[i].individual.violation;
    for (const auto [mean, deviation] : candidates[i].outlook) one.objectives.push_back(mean);
  }
  const std::vector<std::size_t> front = pareto_front(expected);
  const std::size_t count = std::min(kMostOfSeveral, front.size());
  std::vector<std::size_t> spread;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t step = count > 1 ? i * (front.size() - 1) / (count - 1) : 0;
    spread.push_back(open[front[step]]);
  }
  return spread;
}

}  // namespace

std::vector<std::size_t> most_promising(std::span<const GuidedCandidate> candidates,
                                        const std::function<bool(const Key&)>& is_taken) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Individual& one = candidates[i].individual;
    if (!one.failed() && !is_taken(one.key)) open.push_back(i);
  }
  if (open.empty()) return open;
  return candidates[open.front()].outlook.size() == 1 ? best_by_merit(candidates, std::move(open))
                                                      : front_by_means(candidates, open);
}

}  // namespace evonas::search
