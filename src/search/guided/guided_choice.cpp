#include <utility>

#include "search/guided/batch_choice.hpp"
#include "search/guided/predictor_guided.hpp"

// What a guided search chooses among the candidates that were bred.
namespace evonas::search {

bool PredictorGuided::can_imagine() const {
  return options_.guidance.batch_diversity == "imagined" &&
         assessor_.problem().objectives.size() == 1 && assessor_.imagines();
}

BatchSpacing PredictorGuided::spacing(std::span<const GuidedCandidate> candidates) const {
  const bool is_apart = options_.guidance.batch_diversity == "distance";
  return {candidates, pending_,
          is_apart ? static_cast<std::size_t>(options_.guidance.batch_distance) : 0};
}

std::vector<std::size_t> PredictorGuided::choose(std::span<const GuidedCandidate> candidates,
                                                 std::size_t count, std::size_t stage) {
  if (assessor_.problem().objectives.size() > 1) return choose_front(candidates, count);
  if (assessor_.draws_by_members()) {
    const auto drawn = [&](const GuidedCandidate& candidate, std::size_t pick) {
      return assessor_.drawn(candidate, pick).front();
    };
    return choose_apart(candidates, count, drawn, spacing(candidates));
  }
  if (options_.guidance.batch_diversity == "distance") {
    const auto merit_of = [](const GuidedCandidate& candidate, std::size_t /*pick*/) {
      return candidate.individual.objectives.front();
    };
    return choose_apart(candidates, count, merit_of, spacing(candidates));
  }
  Reassess reassess;
  if (can_imagine()) {
    reassess = [&](std::span<const spaces::Genotype> chosen,
                   std::span<const spaces::Genotype> open) {
      imagine(chosen);
      return assess(open);
    };
  }
  return choose_one_by_one(candidates, count, reassess, for_each_at(stage));
}

std::vector<std::size_t> PredictorGuided::choose_front(std::span<const GuidedCandidate> candidates,
                                                       std::size_t count) {
  std::vector<GuidedCandidate> pending;
  if (!pending_.empty()) pending = assess(pending_);
  FrontTerms terms{.gain = gain_beyond(evaluated_, pending, assessor_.for_front(),
                                       Rng(options_.seed, "draws of a front", generation_))};
  if (draws(assessor_.for_front())) {
    terms.drawn = [&](const GuidedCandidate& candidate, std::size_t pick) {
      return assessor_.drawn(candidate, pick);
    };
  }
  return choose_for_front(candidates, std::move(terms), spacing(candidates), count);
}

}  // namespace evonas::search
