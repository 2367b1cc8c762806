#include "search/local_search.hpp"

#include <algorithm>
#include <utility>

#include "search/ordering.hpp"

namespace evonas::search {
namespace {

/// Random architectures of which the best is climbed.
constexpr std::size_t kStarts = 3;

}  // namespace

LocalSearch::LocalSearch(const AlgorithmOptions& options, spaces::AnySpace space)
    : novelty_(options, std::move(space)),
      batch_(static_cast<std::size_t>(options.batch)),
      seed_(options.seed),
      starts_left_(kStarts) {}

std::size_t LocalSearch::batch_size() const {
  if (batch_ > 0) return batch_;
  return std::max<std::size_t>(starts_left_, 1);
}

std::vector<spaces::Genotype> LocalSearch::ask(std::size_t count) {
  std::vector<spaces::Genotype> asked;
  origins_.clear();
  if (starts_left_ == 0) take_neighbours(count, asked);
  if (asked.empty() && count > 0) take_starts(count, asked);
  return asked;
}

void LocalSearch::take_neighbours(std::size_t count, std::vector<spaces::Genotype>& asked) {
  while (asked.size() < count && next_neighbour_ < neighbours_.size()) {
    const spaces::Genotype& neighbour = neighbours_[next_neighbour_++];
    if (!novelty_.claim(novelty_.identity(neighbour))) continue;
    asked.push_back(neighbour);
    under_way_.push_back(neighbour);
    origins_.push_back({.how = Operator::Neighbour, .parent = current_->index, .generations = 1});
  }
}

void LocalSearch::take_starts(std::size_t count, std::vector<spaces::Genotype>& asked) {
  if (starts_left_ == 0 && under_way_.empty()) {
    starts_left_ = kStarts;
    current_.reset();
  }
  while (asked.size() < count) {
    std::optional<spaces::Genotype> genotype = novelty_.sample();
    if (!genotype) break;
    asked.push_back(std::move(*genotype));
    origins_.emplace_back();
  }
}

void LocalSearch::tell(std::span<const Individual> evaluated) {
  const Individual* best = current_ ? &*current_ : nullptr;
  for (const Individual& individual : evaluated) {
    if (!was_neighbour(individual) && starts_left_ > 0) --starts_left_;
    if (individual.failed()) continue;
    if (best == nullptr || is_better(individual, *best)) best = &individual;
  }
  const bool improved = best != nullptr && (!current_ || best != &*current_);
  if (improved) move_to(*best);
}

bool LocalSearch::was_neighbour(const Individual& individual) {
  const auto found = std::ranges::find(under_way_, individual.genotype);
  if (found == under_way_.end()) return false;
  under_way_.erase(found);
  return true;
}

void LocalSearch::move_to(const Individual& individual) {
  current_ = individual;
  neighbours_ = novelty_.space().neighbours(individual.genotype);
  Rng rng(seed_, "neighbours", moves_++);
  rng.shuffle(std::span(neighbours_));
  next_neighbour_ = 0;
}

}  // namespace evonas::search
