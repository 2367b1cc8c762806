#include "search/guided/bananas.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/random.hpp"
#include "base/scoped_timer.hpp"
#include "predictor/rank_normal.hpp"
#include "search/guided/watched_fit.hpp"
#include "search/ordering.hpp"

namespace evonas::search {
namespace {

constexpr std::size_t kBananasInitial = 10;
constexpr std::size_t kBananasBatch = 10;
constexpr std::size_t kMutants = 100;
constexpr std::size_t kMutatedParents = 10;
constexpr int kMutationsOfParent = 100;

}  // namespace

Bananas::Bananas(const AlgorithmOptions& options, spaces::AnySpace space, const Problem& problem,
                 const Guidance& guidance)
    : novelty_(options, std::move(space)),
      batch_(options.batch > 0 ? static_cast<std::size_t>(options.batch) : kBananasBatch),
      seed_(options.seed) {
  if (!guidance.make_predictor) {
    throw SearchError("the algorithm bananas was given nothing that makes predictors");
  }
  predictor_ = guidance.make_predictor("path_networks", problem.objectives.front().metric);
}

std::size_t Bananas::batch_size() const {
  return asked_ < kBananasInitial ? kBananasInitial - asked_ : batch_;
}

std::vector<spaces::Genotype> Bananas::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  origins_.clear();
  const auto add_random = [&](std::size_t wanted) {
    while (asked.size() < wanted) {
      std::optional<spaces::Genotype> genotype = novelty_.sample();
      if (!genotype) break;
      asked.push_back(std::move(*genotype));
      origins_.emplace_back();
    }
  };
  add_random(std::min(count, kBananasInitial - std::min(told_, kBananasInitial)));
  if (asked.size() < count && !evaluated_.empty()) {
    auto [genotypes, parents] = candidates();
    if (!genotypes.empty()) {
      learn();
      for (const std::size_t i : drawn_order(genotypes)) {
        if (asked.size() == count) break;
        novelty_.claim(novelty_.identity(genotypes[i]));
        asked.push_back(std::move(genotypes[i]));
        origins_.push_back({.how = Operator::Mutation, .parent = parents[i], .generations = 1});
      }
    }
  }
  add_random(count);
  asked_ += asked.size();
  ++generation_;
  return asked;
}

Bananas::Mutants Bananas::candidates() const {
  Mutants mutants;
  KeyIndex found;
  for (std::size_t parent = 0; parent < std::min(kMutatedParents, evaluated_.size()); ++parent) {
    Rng rng(seed_, "mutants of the best", generation_, parent);
    for (int i = 0; i < kMutationsOfParent && mutants.genotypes.size() < kMutants; ++i) {
      spaces::Genotype mutant = novelty_.space().mutate(evaluated_[parent].genotype, rng);
      const Key identity = novelty_.identity(mutant);
      if (novelty_.seen(identity) || !found.insert(identity).second) continue;
      mutants.genotypes.push_back(std::move(mutant));
      mutants.parents.push_back(evaluated_[parent].index);
    }
  }
  return mutants;
}

void Bananas::learn() {
  watched_fit(time_.fit, watch_, [&] {
    const std::vector<double> places = places_of(evaluated_);
    std::vector<predictor::Label> labels;
    for (std::size_t i = 0; i < evaluated_.size(); ++i) {
      labels.push_back({.genotype = evaluated_[i].genotype, .value = places[i]});
    }
    // As scores, in which one deviation means as much among the best as among the rest.
    predictor_->fit(predictor::scored_labels(predictor::rank(labels)),
                    {.seed = derive_seed(seed_, "fit", generation_)});
  });
}

std::vector<std::size_t> Bananas::drawn_order(std::span<const spaces::Genotype> candidates) {
  const ScopedTimer timer(time_.score);
  std::vector<double> draws;
  Rng rng(seed_, "independent Thompson sampling", generation_);
  for (const auto [mean, deviation] : predictor_->predict(candidates)) {
    draws.push_back(mean + deviation * rng.normal());
  }
  std::vector<std::size_t> order(draws.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return draws[i]; });
  return order;
}

void Bananas::tell(std::span<const Individual> evaluated) {
  told_ += evaluated.size();
  for (const Individual& individual : evaluated) {
    if (!individual.failed()) evaluated_.push_back(individual);
  }
  std::ranges::stable_sort(evaluated_, is_better);
}

}  // namespace evonas::search
