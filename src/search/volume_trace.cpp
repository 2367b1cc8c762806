#include "search/volume_trace.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/json.hpp"
#include "search/front_comparison.hpp"

namespace evonas::search {
namespace {

/// The volume of the last step whose `member` is not beyond `moment`.
template <class Number>
double volume_until(const VolumeTrace& trace, Number moment, Number VolumeStep::*member) {
  const auto next = std::ranges::upper_bound(trace.steps, moment, {}, member);
  return next == trace.steps.begin() ? 0.0 : std::prev(next)->volume;
}

/// Puts `point` among `front` unless one there equals or surpasses it; those that it surpasses
/// leave. Says whether it is there now.
bool joins(Front& front, const std::vector<double>& point) {
  if (std::ranges::any_of(front, [&](const std::vector<double>& member) {
        return equals_or_surpasses(member, point);
      })) {
    return false;
  }
  std::erase_if(
      front, [&](const std::vector<double>& member) { return equals_or_surpasses(point, member); });
  front.push_back(point);
  return true;
}

}  // namespace

double VolumeTrace::volume_after(std::int64_t evaluations) const {
  return volume_until(*this, evaluations, &VolumeStep::evaluations);
}

double VolumeTrace::volume_at(double seconds) const {
  return volume_until(*this, seconds, &VolumeStep::seconds);
}

std::vector<VolumeStep> volume_steps(std::span<const Individual> evaluated,
                                     std::span<const double> clock, const VolumeScale& scale) {
  std::vector<VolumeStep> steps;
  Front front;
  double reached = 0.0;
  for (std::size_t i = 0; i < evaluated.size(); ++i) {
    if (!evaluated[i].feasible() || !joins(front, evaluated[i].objectives)) continue;
    const double volume = hypervolume(front, scale.reference) / scale.exact;
    if (volume <= reached) continue;
    reached = volume;
    steps.push_back({static_cast<std::int64_t>(i) + 1, clock[i], volume});
  }
  return steps;
}

nlohmann::json to_json(const VolumeTrace& trace) {
  nlohmann::json json = {
      {"evaluations_per_second", trace.evaluations_per_second},
      {"steps", steps_json(std::span<const VolumeStep>(trace.steps), &VolumeStep::volume)},
      {"front", trace.front}};
  add_end(json, trace.end);
  return json;
}

std::optional<VolumeTrace> parse_volume_trace(const nlohmann::json& json) {
  try {
    VolumeTrace trace{.front = json.at("front").get<Front>()};
    trace.end = parse_end(json);
    trace.evaluations_per_second = json.at("evaluations_per_second").get<double>();
    trace.steps = parse_steps(json.at("steps"), &VolumeStep::volume);
    return trace;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace evonas::search
