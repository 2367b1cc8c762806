#include "search/guided/known_metrics.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/parallel.hpp"

namespace evonas::search {
namespace {

/// Keys that one task computes; fewer are not worth a task.
constexpr std::size_t kKeysPerTask = 16;

const evaluation::Measurement kNoValue{
    .value = std::numeric_limits<double>::quiet_NaN(), .low = {}, .high = {}};

}  // namespace

KnownMetrics::KnownMetrics(spaces::AnySpace space,
                           std::vector<std::shared_ptr<evaluation::Evaluator>> sources,
                           std::span<const std::string> wanted)
    : space_(std::move(space)) {
  for (auto& source : sources) {
    const std::size_t before = names_.size();
    for (const evaluation::Metric& metric : source->metrics()) {
      const bool is_known =
          metric.cost == evaluation::CostClass::Free || metric.cost == evaluation::CostClass::Cheap;
      if (is_known && std::ranges::count(wanted, metric.name) > 0) names_.push_back(metric.name);
    }
    if (names_.size() > before) sources_.push_back(std::move(source));
  }
}

std::vector<evaluation::Measurement> KnownMetrics::values(std::span<const spaces::Genotype> block,
                                                          std::span<const Key> identities) {
  if (names_.empty()) return {};
  std::vector<std::size_t> rows;  // of the block, in `values_`
  std::vector<evaluation::Candidate> fresh;
  std::vector<std::size_t> fresh_rows;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto [row, is_new] = asked_.insert(identities[i]);
    rows.push_back(row);
    if (!is_new) continue;
    fresh.push_back({.genotype = block[i]});
    fresh_rows.push_back(row);
  }
  values_.resize(asked_.size() * names_.size(), kNoValue);
  parallel_for(
      fresh.size(), [&](std::size_t i) { fresh[i].key = space_.key(fresh[i].genotype); },
      kKeysPerTask);
  if (!fresh.empty()) ask(fresh, fresh_rows);
  std::vector<evaluation::Measurement> values;
  values.reserve(block.size() * names_.size());
  for (const std::size_t row : rows) {
    const auto own = std::span(values_).subspan(row * names_.size(), names_.size());
    values.insert(values.end(), own.begin(), own.end());
  }
  return values;
}

void KnownMetrics::ask(std::span<const evaluation::Candidate> block,
                       std::span<const std::size_t> rows) {
  for (const auto& source : sources_) {
    source->evaluate(block,
                     [&](std::size_t i, const evaluation::Outcome& outcome) {
                       for (std::size_t j = 0; j < names_.size(); ++j) {
                         const auto found = outcome.metrics.find(names_[j]);
                         if (found != outcome.metrics.end()) {
                           values_[rows[i] * names_.size() + j] = found->second;
                         }
                       }
                     },
                     {});
  }
}

}  // namespace evonas::search
