#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "search/guided/assessor.hpp"

// What an Assessor is made of, and what it refuses.
namespace evonas::search {
namespace {

template <class Parts>
std::vector<std::string> metrics_of_parts(const Parts& parts) {
  std::vector<std::string> names;
  for (const auto& part : parts) names.push_back(part.metric);
  return names;
}

std::vector<std::string> metrics_of(const Problem& problem) {
  std::vector<std::string> names = metrics_of_parts(problem.objectives);
  for (const Limit& limit : problem.limits) names.push_back(limit.metric);
  return names;
}

}  // namespace

Assessor::Assessor(const AlgorithmOptions& options, const spaces::AnySpace& space, Problem problem,
                   const Guidance& guidance)
    : options_(options.guidance),
      seed_(options.seed),
      problem_(std::move(problem)),
      known_(space, guidance.known, metrics_of(problem_)) {
  if (!guidance.make_predictor) {
    throw SearchError("the algorithm predictor_guided was given nothing that makes predictors");
  }
  if (options_.heads == "shared") share_heads(guidance);
  for (std::size_t i = 0; i < problem_.objectives.size(); ++i) {
    objectives_.push_back(origin_of(problem_.objectives[i].metric, {true, i}, guidance));
  }
  for (std::size_t i = 0; i < problem_.limits.size(); ++i) {
    limits_.push_back(origin_of(problem_.limits[i].metric, {false, i}, guidance));
  }
  expect_predicted();
  expect_screenings();
  const bool weighs = options_.feasibility == "weighed_always" ||
                      (options_.feasibility == "weighed" && objectives_.size() == 1);
  weighs_limits_ =
      weighs && std::ranges::any_of(limits_, [](const Origin& of) { return !of.is_known; });
  for_front_ = options_;
  if (weighs_limits_) for_front_.acquisition = "expected_hypervolume";
}

void Assessor::share_heads(const Guidance& guidance) {
  std::set<std::string> predicted;
  for (const std::string& metric : metrics_of(problem_)) {
    if (std::ranges::count(known_.names(), metric) == 0) predicted.insert(metric);
  }
  if (predicted.size() < 2) return;
  if (!guidance.make_joint_predictor) {
    throw SearchError(
        "the algorithm predictor_guided was given nothing that makes predictors with shared heads");
  }
  std::set<std::string> kinds;
  for (const std::string& metric : predicted) kinds.insert(predictor_of(metric));
  if (kinds.size() > 1) {
    throw SearchError(
        fmt::format("the option 'guidance.heads' of the search algorithm is shared, which is for "
                    "metrics with one predictor, and 'guidance.predictor' names {}",
                    fmt::join(kinds, " and ")));
  }
  joint_ = guidance.make_joint_predictor(*kinds.begin(), predicted.size());
}

const std::string& Assessor::predictor_of(const std::string& metric) const {
  const std::string* const kind = options_.predictor.of(metric);
  if (kind != nullptr) return *kind;
  throw SearchError(
      fmt::format("the option 'guidance.predictor' of the search algorithm names none for the "
                  "metric '{}', which is predicted; name one, or one for all metrics",
                  metric));
}

void Assessor::expect_predicted() const {
  for (const auto& [metric, kind] : options_.predictor.named) {
    if (std::ranges::find(beliefs_, metric, &Belief::metric) != beliefs_.end()) continue;
    const bool is_known = std::ranges::count(known_.names(), metric) > 0;
    throw SearchError(
        fmt::format("the option 'guidance.predictor' of the search algorithm names one for the "
                    "metric '{}', which {}; leave it out",
                    metric,
                    is_known ? "is known of every architecture and costs nothing"
                             : "is no objective and has no limit"));
  }
}

void Assessor::expect_screenings() {
  const auto faults =
      screening_faults(options_.screening, options_.halving, metrics_of_parts(problem_.objectives),
                       metrics_of_parts(problem_.limits));
  if (!faults.empty()) {
    throw SearchError(fmt::format("the option 'guidance.{}' of the search algorithm: {}",
                                  faults.front().field, faults.front().what));
  }
  for (const ScreeningOptions& screening : options_.screening) {
    const auto belief = std::ranges::find(beliefs_, screening.of, &Belief::metric);
    if (belief == beliefs_.end()) {
      throw SearchError(
          fmt::format("the metric '{}' is to say early what '{}' will be, but that is known of "
                      "every architecture and costs nothing; leave the screening out",
                      screening.metric, screening.of));
    }
    screened_.push_back(static_cast<std::size_t>(belief - beliefs_.begin()));
  }
}

Assessor::Origin Assessor::origin_of(const std::string& metric, const Labelled& labels,
                                     const Guidance& guidance) {
  const auto known = std::ranges::find(known_.names(), metric);
  if (known != known_.names().end()) {
    return {.is_known = true, .number = static_cast<std::size_t>(known - known_.names().begin())};
  }
  const auto belief = std::ranges::find(beliefs_, metric, &Belief::metric);
  const auto number = static_cast<std::size_t>(belief - beliefs_.begin());
  if (belief == beliefs_.end()) {
    std::unique_ptr<predictor::Predictor> predictor =
        joint_ ? std::make_unique<predictor::OneMetric>(joint_, number)
               : guidance.make_predictor(predictor_of(metric), metric);
    beliefs_.emplace_back(metric, std::move(predictor), options_);
    labelled_.push_back(labels);
  }
  return {.is_known = false, .number = number};
}

}  // namespace evonas::search
