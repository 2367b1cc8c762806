#include <algorithm>
#include <utility>

#include "base/random.hpp"
#include "search/guided/assessor.hpp"

// Draws from what is believed (Thompson sampling).
namespace evonas::search {

std::vector<predictor::MemberMeans> Assessor::predict_members(
    std::span<const spaces::Genotype> block) const {
  const auto has_members = [](const std::vector<double>& shares) { return !shares.empty(); };
  if (std::ranges::none_of(shares_, has_members)) return {};
  if (joint_) return joint_->ensemble()->predict_members(block);
  std::vector<predictor::MemberMeans> members;
  for (std::size_t i = 0; i < beliefs_.size(); ++i) {
    if (shares_[i].empty()) {
      members.emplace_back();
    } else {
      members.push_back(std::move(beliefs_[i].ensemble()->predict_members(block).front()));
    }
  }
  return members;
}

std::optional<std::size_t> Assessor::member_of(std::size_t belief, std::string_view purpose,
                                               std::uint32_t slot) const {
  const std::vector<double>& shares = shares_[belief];
  if (shares.empty()) return std::nullopt;
  // Members of a joint predictor predict all metrics; others are drawn for each metric.
  Rng rng(derive_seed(seed_, purpose, joint_ ? 0 : belief), purpose, generation_, slot);
  double left = rng.uniform();
  for (std::size_t member = 0; member + 1 < shares.size(); ++member) {
    left -= shares[member];
    if (left < 0.0) return member;
  }
  return shares.size() - 1;
}

bool Assessor::draws_by_members() const {
  return !weighs_limits_ && std::ranges::any_of(objectives_, [&](const Origin& of) {
    return !of.is_known && !shares_[of.number].empty();
  });
}

std::vector<double> Assessor::drawn(const GuidedCandidate& candidate, std::size_t pick) const {
  Rng rng(derive_seed(seed_, "draw of a choice", pick), "draw of a choice", generation_,
          static_cast<std::uint32_t>(candidate.individual.key.low));
  std::vector<double> values;
  for (std::size_t j = 0; j < objectives_.size(); ++j) {
    const auto [is_known, number] = objectives_[j];
    const auto [mean, deviation] = candidate.outlook[j];
    if (is_known) {
      values.push_back(mean);
      continue;
    }
    const auto member = member_of(number, "member of a choice", static_cast<std::uint32_t>(pick));
    const double draw = rng.normal();
    values.push_back(member ? turned(beliefs_[number].value(candidate.members[number][*member]),
                                     problem_.objectives[j].goal)
                            : mean + deviation * draw);
  }
  return values;
}

}  // namespace evonas::search
