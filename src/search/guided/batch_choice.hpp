#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "search/guided/batch_spacing.hpp"
#include "search/guided/front_gain.hpp"
#include "search/guided/guided_candidate.hpp"

namespace evonas::search {

/// Assesses the architectures `open` anew, as if `chosen` and those before them had been evaluated:
/// a candidate for each, in their order.
using Reassess = std::function<std::vector<GuidedCandidate>(
    std::span<const spaces::Genotype> chosen, std::span<const spaces::Genotype> open)>;

/// Positions of up to `count` of `candidates`, the one most worth asking for first, where there is
/// one objective: the lowest violation, then the lowest merit, then the earliest. With `reassess`
/// (may be empty) so many `at_a_time` are chosen from among the 500 best, those that are left
/// reassessed after each time but the last. Failed ones are never chosen, so there may be fewer. As
/// safe from many threads as `reassess` is.
std::vector<std::size_t> choose_one_by_one(std::span<const GuidedCandidate> candidates,
                                           std::size_t count, const Reassess& reassess,
                                           std::size_t at_a_time = 1);

/// A number to be minimised: what a candidate is worth as the choice of that number in its batch,
/// from 0, sees it.
using ValueAtPick = std::function<double(const GuidedCandidate& candidate, std::size_t pick)>;

/// Likewise where each choice sees other values, or those that are chosen are to be apart: one
/// after the other that with the lowest violation, then the lowest value, then the earliest, of
/// those that `spacing`, which is of these candidates, leaves open. As safe from many threads as
/// `value` is.
std::vector<std::size_t> choose_apart(std::span<const GuidedCandidate> candidates,
                                      std::size_t count, const ValueAtPick& value,
                                      BatchSpacing spacing);

/// The objectives of a candidate, to be minimised, as that choice of its batch draws them from what
/// is believed of it.
using ObjectivesAtPick =
    std::function<std::vector<double>(const GuidedCandidate& candidate, std::size_t pick)>;

/// What a choice for a front goes by.
struct FrontTerms {
  /// What candidates add, to the evaluated and to those under way; none before any is feasible.
  std::optional<FrontGain> gain;
  ObjectivesAtPick drawn = {};  ///< where choices are by draws
};

/// Likewise where there are several objectives: of the 300 best feasible candidates those first
/// that add most to the hypervolume, as `terms` say, each times the probability that it is feasible
/// (GuidedCandidate::log_feasible); then the others. The best and the others are by non-dominated
/// rank and crowding. As safe from many threads as `terms` are.
std::vector<std::size_t> choose_for_front(std::span<const GuidedCandidate> candidates,
                                          FrontTerms terms, BatchSpacing spacing,
                                          std::size_t count);

/// The gain of a search that has evaluated these, the feasible ones of which are its front, and
/// waits for `pending`, of which the feasible ones count as evaluated with what is expected of
/// them; none where no evaluated one is feasible.
std::optional<FrontGain> gain_beyond(std::span<const Individual> evaluated,
                                     std::span<const GuidedCandidate> pending,
                                     const GuidanceOptions& options, Rng rng);

}  // namespace evonas::search
