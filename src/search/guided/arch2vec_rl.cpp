#include "search/guided/arch2vec_rl.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/random.hpp"
#include "base/scoped_timer.hpp"
#include "predictor/rank_normal.hpp"
#include "search/ordering.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kEpisode = 16;

}  // namespace

Arch2VecRl::Arch2VecRl(const AlgorithmOptions& options, spaces::AnySpace space,
                       const Guidance& guidance)
    : drawn_(options, std::move(space)),
      episode_(options.batch > 0 ? static_cast<std::size_t>(options.batch) : kEpisode),
      pool_size_(static_cast<std::size_t>(options.guidance.candidates)),
      seed_(options.seed),
      latent_(guidance.latent) {
  if (!latent_.embed || !latent_.make_policy) {
    throw SearchError("the algorithm arch2vec_rl was given nothing that embeds architectures");
  }
}

std::vector<spaces::Genotype> Arch2VecRl::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  while (asked.size() < count && (left_ > 0 || draw_pool())) {
    const ScopedTimer timer(time_.score);
    const std::size_t chosen = nearest(policy_->step(state_));
    is_taken_[chosen] = true;
    --left_;
    const std::span<const double> reached = place(chosen);
    state_.assign(reached.begin(), reached.end());
    asked.push_back(pool_[chosen]);
  }
  asked_ = asked.size();
  return asked;
}

bool Arch2VecRl::draw_pool() {
  const ScopedTimer timer(time_.score);
  pool_.clear();
  while (pool_.size() < pool_size_) {
    std::optional<spaces::Genotype> genotype = drawn_.sample();
    if (!genotype) break;
    pool_.push_back(std::move(*genotype));
  }
  is_taken_.assign(pool_.size(), false);
  left_ = pool_.size();
  if (pool_.empty()) return false;
  places_ = latent_.embed(pool_);
  width_ = places_.size() / pool_.size();
  if (!policy_) {
    policy_ = latent_.make_policy(width_, derive_seed(seed_, "policy", 0));
    const std::span<const double> first =
        place(Rng(seed_, "first state of a policy").below(pool_.size()));
    state_.assign(first.begin(), first.end());
  }
  return true;
}

std::span<const double> Arch2VecRl::place(std::size_t number) const {
  return std::span(places_).subspan(number * width_, width_);
}

std::size_t Arch2VecRl::nearest(std::span<const double> target) const {
  std::optional<std::size_t> best;
  double least = kInfinity;
  for (std::size_t i = 0; i < pool_.size(); ++i) {
    if (is_taken_[i]) continue;
    const std::span<const double> there = place(i);
    double distance = 0.0;
    for (std::size_t d = 0; d < width_; ++d) {
      distance += (there[d] - target[d]) * (there[d] - target[d]);
    }
    if (best && !(distance < least)) continue;
    least = distance;
    best = i;
  }
  return best.value();
}

void Arch2VecRl::tell(std::span<const Individual> evaluated) {
  for (const Individual& individual : evaluated) {
    if (individual.failed()) {
      steps_.emplace_back();
      continue;
    }
    steps_.emplace_back(individual.index);
    evaluated_.push_back(individual);
  }
  std::ranges::stable_sort(evaluated_, is_better);
  if (steps_.size() >= episode_) learn();
}

void Arch2VecRl::learn() {
  const ScopedTimer timer(time_.fit);
  std::map<std::uint64_t, double> scores;  // by index of the evaluation
  if (!evaluated_.empty()) {
    const std::vector<double> places = places_of(evaluated_);
    const predictor::RankNormal ranks(places);
    for (std::size_t i = 0; i < places.size(); ++i) {
      scores[evaluated_[i].index] = -ranks.score(places[i]);
    }
  }
  std::vector<double> advantages;
  for (const std::optional<std::uint64_t>& step : steps_) {
    advantages.push_back(step ? scores.at(*step) : 0.0);
  }
  policy_->learn(advantages);
  steps_.clear();
}

}  // namespace evonas::search
