#include "search/nsga2.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/parallel.hpp"
#include "search/pareto.hpp"

namespace evonas::search {
namespace {

constexpr std::int64_t kPopulation = 20;
constexpr int kAttempts = 6;
/// Attempts after which one more mutation is made, since the nearer neighbourhood is used up.
constexpr int kAttemptsPerMutation = 2;
/// Children that one task breeds; fewer are not worth a task.
constexpr std::size_t kGrain = 16;

/// What decides who survives, side by side in memory for sorting: the lower front, there the less
/// crowded.
struct Standing {
  std::uint32_t rank = 0;
  double crowding = 0.0;
  std::size_t position = 0;

  bool operator<(const Standing& other) const {
    if (rank != other.rank) return rank < other.rank;
    if (crowding != other.crowding) return crowding > other.crowding;
    return position < other.position;
  }
};

/// The highest of the `count` lowest ranks.
std::uint32_t worst_of_best(std::vector<std::uint32_t> ranks, std::size_t count) {
  if (ranks.size() <= count) return std::numeric_limits<std::uint32_t>::max();
  const auto last = ranks.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::ranges::nth_element(ranks, last);
  return *last;
}

}  // namespace

/// A child on its way: its random numbers go on where the last attempt ended.
struct Nsga2::Draft {
  Rng rng;
  spaces::Genotype child;
  Origin origin;
  Key identity;
  int attempts = 0;
};

Nsga2::Nsga2(const AlgorithmOptions& options, Novelty novelty)
    : novelty_(std::move(novelty)),
      population_(
          static_cast<std::size_t>(options.population > 0 ? options.population : kPopulation)),
      crossover_probability_(options.crossover_probability),
      mutation_probability_(options.mutation_probability),
      batch_(static_cast<std::size_t>(options.batch)),
      seed_(options.seed) {}

std::size_t Nsga2::batch_size() const {
  if (batch_ > 0) return batch_;
  return asked_ < population_ ? population_ - asked_ : population_;
}

std::vector<spaces::Genotype> Nsga2::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  asked.reserve(count);
  origins_.clear();
  std::size_t random = told_ < population_ ? population_ - told_ : 0;
  if (members_.empty() || random > count) random = count;
  while (asked.size() < random) {
    std::optional<spaces::Genotype> genotype = novelty_.sample();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
    origins_.emplace_back();
  }
  if (random < count) breed(count - random, asked);
  asked_ += asked.size();
  ++generation_;
  return asked;
}

void Nsga2::breed(std::size_t count, std::vector<spaces::Genotype>& asked) {
  std::vector<Draft> drafts;
  drafts.reserve(count);
  for (std::size_t slot = 0; slot < count; ++slot) {
    drafts.push_back({.rng = Rng(seed_, "breed", generation_, slot)});
  }
  // Every slot first looks only at what was asked for before this block, and so can be bred beside
  // the others; what it then shares with an earlier slot is settled in the order of the slots.
  parallel_for(
      count, [&](std::size_t slot) { find_new_child(drafts[slot]); }, kGrain);
  for (Draft& draft : drafts) {
    bool found = novelty_.claim(draft.identity);
    while (!found && find_new_child(draft)) found = novelty_.claim(draft.identity);
    if (!found) {
      std::optional<spaces::Genotype> genotype = novelty_.sample();
      if (!genotype) return;
      draft.child = std::move(*genotype);
      draft.origin = {};
    }
    asked.push_back(std::move(draft.child));
    origins_.push_back(draft.origin);
  }
}

bool Nsga2::find_new_child(Draft& draft) const {
  while (draft.attempts < kAttempts) {
    make_child(draft, draft.attempts++ / kAttemptsPerMutation);
    draft.identity = novelty_.identity(draft.child);
    if (!novelty_.seen(draft.identity)) return true;
  }
  return false;
}

void Nsga2::make_child(Draft& draft, int extra_mutations) const {
  const spaces::AnySpace& space = novelty_.space();
  Rng& rng = draft.rng;
  const Individual& first = tournament(rng);
  draft.origin = {.how = Operator::Mutation, .parent = first.index, .generations = 1};
  if (rng.chance(crossover_probability_)) {
    const Individual& second = tournament(rng);
    draft.child = space.crossover(first.genotype, second.genotype, rng);
    draft.origin.how = Operator::Crossover;
    if (second.index != first.index) draft.origin.other_parent = second.index;
  } else {
    draft.child = first.genotype;
  }
  int mutations = extra_mutations;
  if (mutation_probability_ >= 1.0 || rng.chance(mutation_probability_)) ++mutations;
  for (int i = 0; i < mutations; ++i) draft.child = space.mutate(draft.child, rng);
  if (mutations > 0 && draft.origin.how == Operator::Crossover) {
    draft.origin.how = Operator::CrossoverAndMutation;
  }
}

const Individual& Nsga2::tournament(Rng& rng) const {
  // One draw for both rivals. Members stand best first, so the lower position wins.
  const std::uint64_t size = members_.size();
  const std::uint64_t pair = rng.below(size * size);
  return members_[std::min(pair / size, pair % size)];
}

void Nsga2::tell(std::span<const Individual> evaluated) {
  told_ = std::min(told_ + evaluated.size(), asked_);
  members_.reserve(members_.size() + evaluated.size());
  for (const Individual& individual : evaluated) {
    if (!individual.failed()) members_.push_back(individual);
  }
  select();
}

void Nsga2::select() {
  const std::vector<std::uint32_t> ranks = non_dominated_ranks(members_);
  const std::uint32_t last_rank = worst_of_best(ranks, population_);
  const std::vector<double> crowding = crowding_distances(members_, ranks, last_rank);
  std::vector<Standing> standings;
  standings.reserve(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (ranks[i] > last_rank) continue;
    standings.push_back({.rank = ranks[i], .crowding = crowding[i], .position = i});
  }
  std::sort(standings.begin(), standings.end());
  standings.resize(std::min(standings.size(), population_));
  std::vector<Individual> survivors;
  survivors.reserve(standings.size());
  for (const Standing& standing : standings) {
    survivors.push_back(std::move(members_[standing.position]));
  }
  members_ = std::move(survivors);
}

}  // namespace evonas::search
